"""How it looks: blocks and their renderers; knows no process mining."""
