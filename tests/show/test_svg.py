import pytest

from bankmine.show.svg import inline

HEAD = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9">'


def test_ids_are_the_figures_own_and_references_follow():
    out = inline(
        f'<?xml version="1.0"?>{HEAD}<!-- c --><defs><marker id="m"/></defs><g id="n"><path d="M0 0" marker-end="url(#m)"/></g></svg>', 3
    )
    assert out.startswith("<svg ") and "xmlns" not in out and "<!--" not in out
    assert 'id="f3-m"' in out and 'marker-end="url(#f3-m)"' in out and 'id="f3-n"' in out


def test_labels_stay_text():
    assert "&lt;script&gt;" in inline(f"{HEAD}<text>&lt;script&gt;</text></svg>", 1)


@pytest.mark.parametrize(
    "content",
    [
        "<script>x</script>",
        "<style>x</style>",
        '<image href="http://x/"/>',
        '<a href="javascript:x"><text>x</text></a>',
        "<foreignObject/>",
        '<rect onclick="x"/>',
        '<rect style="fill:url(http://x)"/>',
        '<rect fill="url(http://x)"/>',
        '<use href="#a"/>',
        "<animate/>",
        '<x:rect xmlns:x="http://other"/>',
        '<path marker-end="url(data:x)"/>',
    ],
)
def test_what_could_load_run_or_style_is_refused(content):
    with pytest.raises(ValueError, match=r"may not stand|only refer"):
        inline(f"{HEAD}{content}</svg>", 1)


def test_an_entity_is_never_opened(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    document = f'<!DOCTYPE svg [<!ENTITY e SYSTEM "{secret.as_uri()}">]>{HEAD}<text>&e;</text></svg>'
    assert "secret" not in inline(document, 1).replace(secret.as_uri(), "")
