{#- Regular expressions of what is quoted in SQL and of comments, in which no parenthesis counts. -#}
{% macro quoted_parts() %}
    {{ return(adapter.dispatch('quoted_parts', 'outhaul')()) }}
{% endmacro %}

{#- Comments nest there, which no expression follows: one within another is left over. -#}
{% macro default__quoted_parts() %}
    {{ return([
        "(?<![A-Za-z0-9_$])[eE]'(?:[^'\\\\]|\\\\.|'')*'",
        "(?<![^A-Za-z0-9_$][eE])(?<!^[eE])'(?:[^']|'')*'",
        '"(?:[^"]|"")*"',
        '(?<![A-Za-z0-9_$])(\\$(?:[A-Za-z_][A-Za-z0-9_]*)?\\$).*?\\1',
        '--[^\\r\\n]*[\\r\\n]',
        '/\\*(?:(?!/\\*|\\*/).)*\\*/',
    ]) }}
{% endmacro %}

{#- A backslash begins an escape there, and // a comment. -#}
{% macro snowflake__quoted_parts() %}
    {{ return([
        "'(?:[^'\\\\]|\\\\.|'')*'",
        '"(?:[^"]|"")*"',
        '(\\$\\$).*?\\1',
        '(?:--|//)[^\\r\\n]*[\\r\\n]',
        '/\\*(?:(?!/\\*|\\*/).)*\\*/',
    ]) }}
{% endmacro %}

{#- A backslash begins an escape there. -#}
{% macro redshift__quoted_parts() %}
    {{ return([
        "'(?:[^'\\\\]|\\\\.|'')*'",
        '"(?:[^"]|"")*"',
        '(?<![A-Za-z0-9_$])(\\$(?:[A-Za-z_][A-Za-z0-9_]*)?\\$).*?\\1',
        '--[^\\r\\n]*[\\r\\n]',
        '/\\*(?:(?!/\\*|\\*/).)*\\*/',
    ]) }}
{% endmacro %}

{#- Double quotes are for texts there, three of them too, and # begins a comment. -#}
{% macro bigquery__quoted_parts() %}
    {{ return([
        "'''(?:[^\\\\]|\\\\.)*?'''",
        '"""(?:[^\\\\]|\\\\.)*?"""',
        "'(?:[^'\\\\\\r\\n]|\\\\.)*'",
        '"(?:[^"\\\\\\r\\n]|\\\\.)*"',
        '`(?:[^`\\\\]|\\\\.)*`',
        '(?:--|#)[^\\r\\n]*[\\r\\n]',
        '/\\*(?:(?!/\\*|\\*/).)*\\*/',
    ]) }}
{% endmacro %}

{#- Double quotes are for texts there too. -#}
{% macro spark__quoted_parts() %}
    {{ return([
        "'(?:[^'\\\\]|\\\\.)*'",
        '"(?:[^"\\\\]|\\\\.)*"',
        '`(?:[^`]|``)*`',
        '--[^\\r\\n]*[\\r\\n]',
        '/\\*(?:(?!/\\*|\\*/).)*\\*/',
    ]) }}
{% endmacro %}
