/* How does a student start and stop a training? With a form above the pictures; the kernel does the rest.

   form      fields as live_form.py makes them
   progress  {running, epoch, n_epochs, text, problem, heard} */

const PATIENCE = 10000; // milliseconds

function live({ model, el }) {
  let waiting;
  const choices = part("fieldset", "choices");
  const train = button({ class: "hpo-train", "data-key": "train", text: "Train" });
  const stop = button({ class: "hpo-stop", "data-key": "stop", text: "Stop" });
  const bar = make("progress", { "aria-label": "epochs trained" });
  const text = part("span", "progress");
  const problem = make("p", { class: "hpo-problem", role: "alert" });
  const form = part("div", "form", choices, part("div", "run", train, stop, bar, text), problem);
  const able = (element, yes) => element.setAttribute("aria-disabled", !yes); // keeps the focus, unlike disabled

  function field({ key, label, value, options, low, high, step }) {
    const control = options
      ? make("select", {}, ...options.map(([value, text]) => make("option", { value, text })))
      : make("input", { type: "number", min: low, max: high, step });
    control.dataset.key = key;
    control.value = value;
    return make("label", {}, words(label), control);
  }

  function offer() {
    const key = choices.contains(document.activeElement) && document.activeElement.dataset.key;
    choices.replaceChildren(make("legend", { text: "What is trained" }), ...model.get("form").map(field));
    if (key) choices.querySelector(`[data-key="${key}"]`)?.focus({ preventScroll: true });
  }

  function report() {
    const { running, epoch, n_epochs, text: words, problem: wrong } = model.get("progress");
    choices.disabled = running;
    able(train, !running);
    able(stop, running);
    clearTimeout(waiting);
    // pictures change too fast to be read out; what was reached in the end is
    for (const one of [text, el.querySelector(".hpo-told [role=status]")])
      one?.setAttribute("aria-live", running ? "off" : "polite");
    [bar.max, bar.value] = [n_epochs, epoch];
    text.textContent = words;
    if (problem.textContent !== wrong) problem.textContent = wrong; // else it would be read again
    problem.hidden = !wrong;
    if (wrong) offer(); // what could not be chosen is not shown as chosen
  }

  function ask(message, words) {
    text.textContent = words; // until the kernel answers
    clearTimeout(waiting);
    const silent = "The kernel does not answer. It is busy, or was restarted: then run the cell again.";
    waiting = setTimeout(() => (text.textContent = silent), PATIENCE);
    model.send(message);
  }

  const hands = {
    click({ target }) {
      const { key } = target.closest("button")?.dataset ?? {};
      const { running } = model.get("progress");
      if (key === "train" && !running) ask({ do: "train" }, "asking the kernel to train");
      if (key === "stop" && running) ask({ do: "stop" }, "asking the kernel to stop");
    },
    change({ target: { dataset, value } }) {
      ask({ do: "choose", key: dataset.key, value }, "asking the kernel");
    },
  };
  const ending = new AbortController();
  for (const name of ["click", "change", "input", "keydown"]) {
    const hear = (event) => {
      event.stopPropagation(); // these are no steps of the player's
      hands[name]?.(event);
    };
    form.addEventListener(name, hear, { signal: ending.signal });
  }

  offer();
  report();
  const changes = { "change:form": offer, "change:progress": report };
  for (const name in changes) model.on(name, changes[name]);
  const end = render({ model, el }, form);
  return () => {
    ending.abort();
    clearTimeout(waiting);
    for (const name in changes) model.off(name, changes[name]);
    end();
  };
}
