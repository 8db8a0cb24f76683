"""How Sphinx builds the documentation: from Markdown, offline, reference pages made from the package itself."""

import sys
from pathlib import Path

import caravana

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

project = "Caravana"
author = "The Caravana developers"
copyright = author
version = release = caravana.__version__

extensions = ["myst_parser", "generated"]
source_suffix = {".md": "markdown"}
exclude_patterns = ["_build", "_ext"]
myst_enable_extensions = ["colon_fence", "deflist"]
myst_heading_anchors = 3
nitpicky = True

html_theme = "furo"
html_title = "Caravana"
html_static_path = ["_static"]
html_copy_source = False
html_show_sphinx = False
html_theme_options = {"sidebar_hide_name": False, "top_of_page_buttons": []}
