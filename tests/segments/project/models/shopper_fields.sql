{{ outhaul.with_fields(
    ref('shoppers'),
    key='shopper_id',
    related=[
        {'from': ref('countries'), 'by': 'country_id', 'fields': {'country': 'country', 'continent_id': 'continent_id'}},
        {'from': ref('continents'), 'by': 'continent_id', 'fields': {'continent': 'continent'}},
    ],
    aggregates=[{
        'over': ref('purchases'),
        'time': 'bought_at',
        'fields': {
            'purchase_count': {'count': '*', 'description': 'Purchases so far.'},
            'amount_count': {'count': 'amount'},
            'shop_count': {'count_distinct': 'shop'},
            'total_spent': {'sum': 'amount', 'where': {'column': 'status', 'equals': 'done'}},
            'average_amount': {'average': 'amount'},
            'smallest_amount': {'min': 'amount'},
            'largest_amount': {'max': 'amount'},
            'spent_30_days': {'sum': 'amount', 'within_days': 30},
            'spent_or_nothing': {'sum': 'amount', 'default': none},
            'first_status': {'first': 'status'},
            'last_status': {'last': 'status', 'default': 'never'},
            'favourite_shop': {'most_frequent': 'shop'},
            'shops': {'list': 'shop'},
            'web_statuses': {'list': 'status', 'where': "shop = 'web'", 'separator': '|'},
        },
    }, {
        'over': ref('purchases'),
        'where': {'column': 'status', 'equals': 'done'},
        'fields': {
            'done_count': {'count': '*'},
            'done_in_web': {'count': '*', 'where': "shop = 'web'"},
            'done_mostly_in': {'most_frequent': 'shop', 'where': 'amount > 20'},
        },
    }],
    formulas={'spent_per_year_of_age': {'sql': 'total_spent / nullif(age, 0)', 'description': 'Euros for each year.'}},
    labels={
        'tier': {
            'cases': {
                'gold': {'column': 'total_spent', 'at_least': 100},
                'silver': [{'column': 'purchase_count', 'at_least': 2}, "age < 40"],
            },
            'default': 'none',
        },
    },
) }}
