// What a reader does with a report, in frames as wide as a screen, a tablet and a telephone, in both languages. What was found is written
// on the document, for the test to read.
"use strict";
// Lines of words are boxed with the font's own room above and below, a fifth of an em or so, which may be shared.
const crossing = (a, b) => {
  const room = 0.2 * Math.min(a.height, b.height);
  return Math.min(a.right, b.right) - Math.max(a.left, b.left) > 2 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > Math.max(2, room);
};
const drawn = (nodes) => [...nodes].map((node) => ({ node, box: node.getBoundingClientRect() })).filter(({ box }) => box.width > 0 && box.height > 0);
const said = (node) => node.textContent.trim().slice(0, 40);
const pairs = (nodes) => {
  const all = drawn(nodes), found = [];
  all.forEach((one, place) => {
    for (const other of all.slice(place + 1)) if (crossing(one.box, other.box)) found.push(said(one.node) + " / " + said(other.node));
  });
  return found;
};

const look = (frame, edition) => {
  const page = frame.contentDocument, view = frame.contentWindow;
  const told = {
    language: edition.dataset.language,
    scrolled: page.documentElement.scrollWidth - page.documentElement.clientWidth,
    hidden: [...page.querySelectorAll(".edition")].filter((each) => view.getComputedStyle(each).display === "none").length,
    blocksCrossing: [], wordsCrossing: [], outside: [], lost: [],
  };
  for (const section of edition.querySelectorAll("section")) told.blocksCrossing.push(...pairs(section.children));
  for (const picture of edition.querySelectorAll("figure.picture svg")) {
    const words = picture.querySelectorAll("text"), edge = picture.getBoundingClientRect();
    told.wordsCrossing.push(...pairs(words));
    told.outside.push(...drawn(words).filter(({ box }) => box.left < edge.left - 1 || box.right > edge.right + 1).map(({ node }) => said(node)));
  }
  for (const link of edition.querySelectorAll("nav a")) {
    const target = page.getElementById(link.hash.slice(1));
    if (!edition.contains(target) || drawn([target]).length === 0) told.lost.push(link.hash);
  }
  const views = edition.querySelector(".views");
  if (views) {
    const shown = () => [...views.querySelectorAll("figure")].map((figure) => view.getComputedStyle(figure).display !== "none");
    told.views = [shown()];
    views.querySelectorAll("label > input[type=radio]")[1].click();
    told.views.push(shown());
    views.querySelectorAll("label > input[type=radio]")[0].click();
    const slider = views.querySelector("input[type=range]");
    if (slider) {
      const map = views.querySelector("svg"), whole = slider.value;
      const arcs = () => [...map.querySelectorAll("g.arc[data-ends]")].filter((arc) => view.getComputedStyle(arc).display !== "none").length;
      told.lines = [arcs()];
      slider.value = 3;
      slider.dispatchEvent(new view.Event("input"));
      told.lines.push(arcs(), slider.parentElement.textContent);
      told.nodes = [...map.querySelectorAll("g.node")].filter((node) => view.getComputedStyle(node).display !== "none").length;
      slider.value = whole;
      slider.dispatchEvent(new view.Event("input"));
      told.lines.push(arcs());
    }
  }
  return told;
};

const sorted = (frame) => {
  const table = [...frame.contentDocument.querySelectorAll("main table.wide")].find((each) => each.rows.length > 10 && each.querySelector("td.duration"));
  if (!table) return null;
  const heading = table.querySelector("th.duration"), told = { order: [], values: [] };
  for (const _ of [1, 2]) {
    heading.querySelector("button").click();
    told.order.push(heading.getAttribute("aria-sort"));
    told.values.push([...table.tBodies[0].rows].map((row) => Number(row.cells[heading.cellIndex].dataset.value ?? -1)));
  }
  const field = table.closest("figure").querySelector("input"), word = table.tBodies[0].rows[0].cells[0].textContent;
  field.value = word.toUpperCase();
  field.dispatchEvent(new frame.contentWindow.Event("input"));
  const kept = [...table.tBodies[0].rows].filter((row) => !row.hidden);
  told.kept = [kept.length, kept.every((row) => row.textContent.includes(word))];
  return told;
};

addEventListener("load", () => {
  const told = [];
  for (const frame of document.querySelectorAll("iframe")) {
    const page = frame.contentDocument, seen = [], opened = page.querySelector("input[name=language]:checked").id;
    for (const edition of page.querySelectorAll(".edition")) {
      page.getElementById("in-" + edition.dataset.language).click();
      seen.push(look(frame, edition));
    }
    const foreign = page.querySelectorAll("img, iframe, object, embed, link, base, script:not(body > script:last-child)").length;
    told.push({ width: frame.clientWidth, opened, title: page.title, foreign, run: Boolean(frame.contentWindow.run || window.run), editions: seen, sorted: sorted(frame) });
  }
  document.body.dataset.told = JSON.stringify(told);
});
