"""How does Sphinx read the book? Pages that have run already, and nothing on them that comes from another machine."""

from importlib import metadata

project = "hpo_tutor"
author = "The hpo_tutor authors"
copyright = "The hpo_tutor authors. Prose and pictures: CC BY 4.0; code: BSD 3-Clause"  # noqa: A001 (Sphinx's name)
release = metadata.version("hpo_tutor")
language = "en"

extensions = ["myst_nb", "sphinx_copybutton"]
exclude_patterns = ["learner"]  # offered for download, not shown
suppress_warnings = [
    "toc.empty_glob",  # a part of the book that nobody has written yet
    "myst.header",  # a recorded landscape's page goes from its title to its third level
]

myst_enable_extensions = ["amsmath", "attrs_block", "colon_fence", "dollarmath"]
myst_heading_anchors = 3
nb_execution_mode = "off"  # the notebooks ran before, see hpo_tutor/course/executed.py
nb_ipywidgets_js: dict[
    str, dict[str, str]
] = {}  # no widget manager and no require.js: players are elements of the page
nb_merge_streams = True

html_theme = "sphinx_book_theme"
html_context = {"default_mode": "auto"}  # without it the theme complains in every console
html_title = "Hyperparameter optimisation, live"
html_static_path = ["_static"]
html_css_files = ["book.css"]
html_js_files = ["book.js"]
html_copy_source = False
html_show_sourcelink = False
html_show_sphinx = False
html_last_updated_fmt = None  # the same pages from the same sources
html_theme_options = {
    "navbar_persistent": [],  # its search field stands in the sidebar already
    "show_toc_level": 2,
    "use_download_button": False,
    "use_source_button": False,
    "use_fullscreen_button": False,
    "pygments_light_style": "a11y-high-contrast-light",
    "pygments_dark_style": "a11y-high-contrast-dark",
}

mathjax_path = "mathjax.js"
# notebooks mark formulas for MathJax by a class, so that prices in dollars stay prices
mathjax3_config = {"options": {"processHtmlClass": "tex2jax_process|mathjax_process|math|output_area"}}

NEEDED = {"<hpo-player": "player.js", 'class="hpo-plotly"': "plotly.js"}


def setup(app):
    """Load the player and plotly on those pages alone that show them."""
    app.connect("html-page-context", _scripts)


def _scripts(app, page_name, template, context, doctree):
    for sign, script in NEEDED.items():
        if sign in context.get("body", ""):
            app.add_js_file(script, defer="defer")
