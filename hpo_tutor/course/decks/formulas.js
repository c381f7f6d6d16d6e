/* Formulas in TeX become SVG here, when a deck is built, so that its page needs no script for them.

   in    JSON: [{tex, display}, ...]          out    JSON: [{svg, mathml} or {error}, ...] */

const PACKAGES = ["base", "ams", "newcommand", "boldsymbol", "colorv2", "textmacros", "mathtools", "cancel", "bbox"];

require("mathjax")
  .init({
    loader: { load: ["input/tex-full", "output/svg"] },
    tex: {
      packages: PACKAGES,
      formatError(_, error) { throw error; }, // a deck with a red box in it is no deck
    },
    svg: { fontCache: "none" }, // every formula whole in itself: no ids that two decks would share
    startup: { typeset: false },
  })
  .then((MathJax) => {
    const { adaptor } = MathJax.startup;
    const asked = JSON.parse(require("fs").readFileSync(0, "utf8"));
    const set = ({ tex, display }) => {
      try {
        const svg = adaptor.innerHTML(MathJax.tex2svg(tex, { display }));
        return { svg, mathml: MathJax.tex2mml(tex, { display }) };
      } catch (error) {
        return { error: error.message };
      }
    };
    process.stdout.write(JSON.stringify(asked.map(set)));
  });
