from bankmine.show.blocks import Paragraph
from bankmine.show.notebook import Shown
from bankmine.words import Text


def test_a_result_shows_itself():
    class Result(Shown):
        def blocks(self):
            return [Paragraph(Text(zh="一", en="one < two"))]

    assert "one &lt; two" in Result()._repr_html_()
