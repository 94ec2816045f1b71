{#- How people dial, by country (ITU-T E.164, and the national numbering plans). -#}

{#- Country codes, by ISO 3166-1. -#}
{% macro _calling_codes() %}
    {{ return({
        'US': '1', 'CA': '1', 'RU': '7', 'KZ': '7', 'EG': '20', 'ZA': '27', 'GR': '30', 'NL': '31',
        'BE': '32', 'FR': '33', 'ES': '34', 'HU': '36', 'IT': '39', 'RO': '40', 'CH': '41',
        'AT': '43', 'GB': '44', 'DK': '45', 'SE': '46', 'NO': '47', 'PL': '48', 'DE': '49',
        'PE': '51', 'MX': '52', 'BR': '55', 'CL': '56', 'VE': '58', 'MY': '60', 'AU': '61',
        'ID': '62', 'PH': '63', 'NZ': '64', 'SG': '65', 'TH': '66', 'JP': '81', 'KR': '82',
        'VN': '84', 'CN': '86', 'TR': '90', 'IN': '91', 'PK': '92', 'LK': '94', 'MA': '212',
        'DZ': '213', 'TN': '216', 'NG': '234', 'KE': '254', 'PT': '351', 'LU': '352', 'IE': '353',
        'IS': '354', 'AL': '355', 'MT': '356', 'CY': '357', 'FI': '358', 'BG': '359', 'LV': '371',
        'EE': '372', 'MD': '373', 'AD': '376', 'MC': '377', 'UA': '380', 'RS': '381', 'ME': '382',
        'HR': '385', 'SI': '386', 'BA': '387', 'MK': '389', 'CZ': '420', 'SK': '421', 'LI': '423',
        'CR': '506', 'EC': '593', 'HK': '852', 'BD': '880', 'TW': '886', 'LB': '961', 'JO': '962',
        'KW': '965', 'SA': '966', 'OM': '968', 'AE': '971', 'IL': '972', 'BH': '973', 'QA': '974',
        'GE': '995',
    }) }}
{% endmacro %}

{#- What stands before a number within the country, where it is not 0; '' for nothing. -#}
{% macro _other_trunks() %}
    {% set trunks = {'US': '1', 'CA': '1', 'RU': '8', 'KZ': '8', 'HU': '06'} %}
    {% for name in [
        'GR', 'ES', 'IT', 'DK', 'NO', 'PL', 'MX', 'CL', 'SG', 'TN', 'PT', 'LU', 'IS', 'MT', 'CY', 'LV',
        'EE', 'AD', 'MC', 'CZ', 'LI', 'CR', 'HK', 'KW', 'OM', 'BH', 'QA',
    ] %}
        {% do trunks.update({name: ''}) %}
    {% endfor %}
    {{ return(trunks) }}
{% endmacro %}

{#- What stands before the code of another country, where it is not 00. -#}
{% macro _other_exits() %}
    {{ return({
        'US': '011', 'CA': '011', 'RU': '810', 'KZ': '810', 'JP': '010', 'AU': '0011', 'KE': '000',
        'HK': '001', 'SG': '001', 'TH': '001', 'KR': '001', 'ID': '001',
    }) }}
{% endmacro %}
