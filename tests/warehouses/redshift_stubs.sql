-- What Redshift has and PostgreSQL lacks, for the catalog pg_catalog of a test server.

create function pg_catalog.redshift_sysdate() returns timestamp
language sql stable as $$ select cast(transaction_timestamp() as timestamp) $$;

create function pg_catalog.redshift_getdate() returns timestamp
language sql stable as $$
    select date_trunc('second', cast(statement_timestamp() as timestamp))
$$;

create function pg_catalog.fnv_hash(anycompatible) returns bigint
language sql immutable as $$ select hashtextextended(cast($1 as text), 0) $$;

create function pg_catalog.fnv_hash(anycompatible, bigint) returns bigint
language sql immutable as $$ select hashtextextended(cast($1 as text), $2) $$;

create function pg_catalog.len(text) returns integer
language sql immutable as $$ select length($1) $$;

create function pg_catalog.strtol(text, integer) returns bigint
language sql immutable as $$
    select cast(cast('x' || lpad($1, 16, '0') as bit(64)) as bigint)
$$;

create function pg_catalog.sha2(text, integer) returns text
language sql immutable as $$
    select case $2 when 256 then encode(sha256(convert_to($1, 'UTF8')), 'hex') end
$$;

create function pg_catalog.pg_get_late_binding_view_cols() returns setof record
language sql as $$
    select null::name, null::name, null::name, null::varchar, null::int where false
$$;

create view pg_catalog.svv_external_columns as
select
    null::varchar as schemaname,
    null::varchar as tablename,
    null::varchar as columnname,
    null::varchar as external_type,
    null::int as columnnum
where false;

-- There is no text: an expression of text is stored in a varchar.
create view pg_catalog.redshift_columns as
select
    table_catalog,
    table_schema,
    table_name,
    column_name,
    ordinal_position,
    case when data_type = 'text' then 'character varying' else data_type end
        as data_type,
    case
        when data_type = 'text' then 65535
        when data_type = 'character varying' then coalesce(character_maximum_length, 256)
        else character_maximum_length
    end as character_maximum_length,
    numeric_precision,
    numeric_scale
from information_schema.columns;

grant select on pg_catalog.svv_external_columns, pg_catalog.redshift_columns to public;
