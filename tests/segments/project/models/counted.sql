-- Its columns and its own name are words that queries like ours are made of.
select * from (
    select 1 as shopper_id, 10 as amount, 500 as amount_2, 'x' as place, 2 as row_count, 0 as is_null_key, 'f' as fault, 1 as matching_rows, 7 as for_shopper_id, 'a' as status
    union all
    select 1, 20, 500, 'y', 2, 0, 'f', 1, 7, 'b'
    union all
    select 1, 5, 0, 'y', 3, 0, 'g', 2, 7, 'b'
    union all
    select 2, 1, 500, 'x', 3, 1, 'h', 3, 8, 'b'
) as rows_of_counted
