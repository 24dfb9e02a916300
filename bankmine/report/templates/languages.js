// Two languages in one file: a link into the one not shown shows it, and a change of language keeps the reader's place.
(() => {
  const editions = [...document.querySelectorAll(".edition")];
  const switchOf = (edition) => document.getElementById("in-" + edition.dataset.language);
  const sections = (edition) => [...edition.querySelectorAll("section")];

  const follow = () => {
    const target = document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const edition = target?.closest(".edition");
    if (!edition || switchOf(edition).checked) return;
    switchOf(edition).checked = true;
    shown = edition;
    target.scrollIntoView();
  };

  let shown = editions.find((edition) => switchOf(edition).checked), top = 0; // the section that the reader was in
  addEventListener("scroll", () => {
    top = sections(shown).findLastIndex((section) => section.getBoundingClientRect().top < innerHeight / 3);
  }, { passive: true });
  for (const edition of editions) {
    switchOf(edition).addEventListener("change", () => {
      document.title = edition.querySelector("h1").textContent;
      const place = top;
      shown = edition;
      if (place >= 0) sections(edition)[place]?.scrollIntoView();
    });
  }
  addEventListener("hashchange", follow);
  follow();
})();
