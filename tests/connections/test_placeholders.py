import pytest

from outhaul.connections.placeholders import count_placeholders, to_format_style


@pytest.mark.parametrize(
    ("sql", "translated"),
    [
        ("select ?", "select %s"),
        ("a = ? and b=?", "a = %s and b=%s"),
        ("like 'a%' and b = ?", "like 'a%%' and b = %s"),
        ("select '?', ?", "select '?', %s"),
        ("select 'it''s ?', ?", "select 'it''s ?', %s"),
        ('select "what?", ?', 'select "what?", %s'),
        ('select "a""?", ?', 'select "a""?", %s'),
        ("select `what?`, ?", "select `what?`, %s"),
        (r"select E'\'?', ?", r"select E'\'?', %s"),
        (r"select 'C:\', ?", r"select 'C:\', %s"),
        ("select name'?', ?", "select name'?', %s"),
        ("select 1 -- why?\n, ?", "select 1 -- why?\n, %s"),
        ("select /* ? % */ ?", "select /* ? %% */ %s"),
        ("select $$ ? $$, ?", "select $$ ? $$, %s"),
        ("select $a$ ? $$ ? $a$, ?", "select $a$ ? $$ ? $a$, %s"),
        ("select 10 % 3, ?", "select 10 %% 3, %s"),
        ("select '%s', ?", "select '%%s', %s"),
    ],
)
def test_only_placeholders_outside_of_quotes_are_translated(sql, translated):
    assert to_format_style(sql) == translated
    assert count_placeholders(sql) == translated.replace("%%", "").count("%s")
