// Wide tables: a click on a heading sorts, a word in the field above filters. Without scripts they stand as the page has them.
(() => {
  const SORTED = 4, FILTERED = 10; // fewest rows

  const valueOf = (row, column) => {
    const cell = row.cells[column];
    if (cell.classList.contains("unknown")) return null;
    return cell.dataset.value === undefined ? cell.textContent.trim() : Number(cell.dataset.value);
  };

  const sort = (table, heading) => {
    const column = heading.cellIndex, body = table.tBodies[0];
    const rows = [...body.rows], numeric = rows.some((row) => typeof valueOf(row, column) === "number");
    const before = heading.getAttribute("aria-sort");
    // The largest first: that is what one looks for.
    const down = before ? before === "ascending" : numeric;
    rows.sort((one, other) => {
      const [a, b] = [valueOf(one, column), valueOf(other, column)];
      if (a === null || b === null) return (a === null) - (b === null); // unknown stays last
      const order = typeof a === "number" && typeof b === "number" ? a - b : String(a).localeCompare(String(b), table.closest("[lang]").lang);
      return down ? -order : order;
    });
    for (const each of table.tHead.rows[0].cells) each.removeAttribute("aria-sort");
    heading.setAttribute("aria-sort", down ? "descending" : "ascending");
    body.append(...rows);
  };

  const filter = (table, wanted) => {
    const word = wanted.trim().toLocaleLowerCase();
    for (const row of table.tBodies[0].rows) row.hidden = !row.textContent.toLocaleLowerCase().includes(word);
  };

  for (const table of document.querySelectorAll("main table.wide")) {
    const count = table.tBodies[0].rows.length;
    if (count < SORTED) continue;
    for (const heading of table.tHead.rows[0].cells) {
      const button = document.createElement("button");
      button.type = "button";
      button.append(...heading.childNodes);
      button.addEventListener("click", () => sort(table, heading));
      heading.append(button);
    }
    if (count < FILTERED) continue;
    const field = document.createElement("input"), filterWords = table.closest(".edition").dataset.filter;
    field.type = "search";
    field.placeholder = filterWords;
    field.setAttribute("aria-label", filterWords);
    field.addEventListener("input", () => filter(table, field.value));
    table.parentElement.before(field);
  }
})();
