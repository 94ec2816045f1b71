{#- The steps that bring spellings of one identifier to the same text, as the dispatcher has them
    in kit/identifiers/steps.py. -#}

{#- Latin, Greek and Cyrillic: warehouses' lower() differ beyond A to Z. -#}
{% macro _upper_letters() %}
    {{ return(
        "ABCDEFGHIJKLMNOPQRSTUVWXYZÀÁÂÃÄÅÆÇÈÉÊËÌÍÎÏÐÑÒÓÔÕÖØÙÚÛÜÝÞŸĀĂĄĆĈĊČĎĐĒĔĖĘĚĜĞĠĢĤĦĨĪĬĮĴĶĹĻĽĿŁŃŅ"
        ~ "ŇŊŌŎŐŒŔŖŘŚŜŞŠŢŤŦŨŪŬŮŰŲŴŶŹŻŽȘȚΆΈΉΊΌΎΏΑΒΓΔΕΖΗΘΙΚΛΜΝΞΟΠΡΣΤΥΦΧΨΩΪΫАБВГДЕЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫ"
        ~ "ЬЭЮЯЀЁЂЃЄЅІЇЈЉЊЋЌЍЎЏҐ"
    ) }}
{% endmacro %}

{#- What is neither a letter nor a part of one. -#}
{% macro _marks() %}
    {{ return(
        " !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~0123456789\u00a0¡¿·´¨«»‐‑–—‘’‚“”„…ʼ"
    ) }}
{% endmacro %}

{#- The SQL of one step. -#}
{% macro _stepped(step, column) %}
    {% if step == 'lower' %}
        {% set upper = outhaul._upper_letters() %}
        {{ return(
            'translate(' ~ column ~ ', ' ~ outhaul.literal(upper) ~ ', ' ~ outhaul.literal(upper | lower) ~ ')'
        ) }}
    {% elif step == 'letters' %}
        {{ return('translate(' ~ column ~ ', ' ~ outhaul.literal(outhaul._marks()) ~ ", '')") }}
    {% elif step == 'a_to_z' %}
        {{ return(outhaul.kept_characters(column, 'abcdefghijklmnopqrstuvwxyz')) }}
    {% elif step == 'digits' %}
        {{ return(outhaul.kept_characters(column, '0123456789')) }}
    {% elif step == 'compact' %}
        {{ return('replace(replace(' ~ column ~ ", ' ', ''), '-', '')") }}
    {% elif step == 'five_digits' %}
        {{ return(
            'case when ' ~ column ~ " like '_____-____' and length(" ~ outhaul.kept_characters(column, '0123456789')
            ~ ') = 9 then substring(' ~ column ~ ', 1, 5) else ' ~ column ~ ' end'
        ) }}
    {% elif step == 'initial' %}
        {{ return('substring(' ~ column ~ ', 1, 1)') }}
    {% elif step == 'bare' %}
        {{ return(outhaul._bare_address(column)) }}
    {% elif step == 'gmail' %}
        {{ return(
            'case when ' ~ dbt.split_part(column, "'@'", 2) | trim ~ " in ('gmail.com', 'googlemail.com') then "
            ~ outhaul._bare_address(column) ~ ' else ' ~ column ~ ' end'
        ) }}
    {% endif %}
    {{ return(outhaul.sha256('nullif(' ~ column ~ ", '')")) }}
{% endmacro %}

{#- An address without dots before the @, and without what follows a + there. -#}
{% macro _bare_address(column) %}
    {% set local_part = dbt.split_part(dbt.split_part(column, "'@'", 1) | trim, "'+'", 1) | trim %}
    {{ return(
        'replace(' ~ local_part ~ ", '.', '') || '@' || " ~ dbt.split_part(column, "'@'", 2) | trim
    ) }}
{% endmacro %}

{#- A column as a text without outer spaces. -#}
{% macro _as_trimmed_text(column) %}
    {{ return(outhaul.trimmed('cast(' ~ column ~ ' as ' ~ outhaul.type_text() ~ ')')) }}
{% endmacro %}

{#- The hash of a text that was read from a column: what is hashed already stays as it is, and
    what another algorithm may have made is null. -#}
{% macro _hashed_once(column, text, steps) %}
    {% set given = 'lower(' ~ outhaul._as_trimmed_text(column) ~ ')' %}
    {% set scope = {'sql': text} %}
    {% for step in steps %}
        {% do scope.update({'sql': outhaul._stepped(step, scope.sql)}) %}
    {% endfor %}
    {{ return(
        'case when length(' ~ given ~ ') in (32, 40, 64) and '
        ~ outhaul.kept_characters(given, '0123456789abcdef') ~ ' = ' ~ given
        ~ ' then case when length(' ~ given ~ ') = 64 then ' ~ given ~ ' end else ' ~ scope.sql ~ ' end'
    ) }}
{% endmacro %}
