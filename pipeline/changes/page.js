"use strict";
const form = document.querySelector("form.filters");
const places = [...document.querySelectorAll("article")];

function fits(place, wanted) {
  return (!wanted.cause || place.dataset.causes.split(" ").includes(wanted.cause))
    && (!wanted.table || place.dataset.tables.split(" ").includes(wanted.table))
    && (!wanted.publisher || place.dataset.publisher === wanted.publisher)
    && (!wanted.words || place.textContent.normalize("NFKC").toLowerCase().includes(wanted.words));
}

function filter() {
  const wanted = Object.fromEntries(new FormData(form));
  wanted.words = wanted.words.normalize("NFKC").trim().toLowerCase();
  for (const place of places) place.hidden = !fits(place, wanted);
  for (const paper of document.querySelectorAll(".paper")) paper.hidden = !paper.querySelector("article:not([hidden])");
  const shown = places.filter((place) => !place.hidden).length;
  document.getElementById("shown").textContent = shown;
  document.getElementById("nothing-fits").hidden = shown > 0;
}

function step(by) {
  const shown = places.filter((place) => !place.hidden);
  const here = shown.indexOf(document.activeElement.closest("article"));
  const next = shown[here < 0 ? (by > 0 ? 0 : shown.length - 1) : here + by];
  if (next) { next.focus({ preventScroll: true }); next.scrollIntoView({ block: "start" }); }
}

if (form) {
  form.addEventListener("input", filter);
  form.addEventListener("submit", (event) => event.preventDefault());
  document.addEventListener("keydown", (event) => {
    if (event.target.matches("input, select") || event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === "j") step(1);
    if (event.key === "k") step(-1);
  });
}
