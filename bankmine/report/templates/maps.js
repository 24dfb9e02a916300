// Process maps: a slider leaves the most frequent lines. Without scripts the whole map stands.
(() => {
  const FEWEST = 9; // lines below which there is nothing to leave out

  const leave = (map, most) => {
    const joined = new Set();
    for (const arc of map.querySelectorAll("g.arc")) {
      const shown = Number(arc.dataset.rank) <= most;
      arc.classList.toggle("away", !shown);
      if (shown && arc.dataset.ends) for (const end of arc.dataset.ends.split(" ")) joined.add(end);
    }
    for (const node of map.querySelectorAll("g.node")) node.classList.toggle("away", !joined.has(node.dataset.node));
  };

  for (const map of document.querySelectorAll("figure.picture svg")) {
    const lines = map.querySelectorAll("g.arc[data-ends]").length;
    if (lines < FEWEST) continue;
    const label = document.createElement("label"), slider = document.createElement("input"), said = document.createElement("span");
    const words = map.closest(".edition").dataset.strongest;
    const show = () => {
      said.textContent = words.replace("{n}", slider.value).replace("{of}", lines);
      leave(map, Number(slider.value));
    };
    label.className = "slider";
    slider.type = "range";
    slider.min = 1;
    slider.max = slider.value = lines;
    slider.addEventListener("input", show);
    label.append(said, slider);
    map.parentElement.before(label);
    show();
  }
})();
