// Keys, the picture's zoom and the help. Everything else works without this script: forms and links.
"use strict";

const root = document.documentElement;

// ---- one-letter keys: on unless the reviewer turned them off, never while something is being written

const LETTERS = "besshi-letters";
const letters = document.getElementById("letters");

function remembered() {
  try { return localStorage.getItem(LETTERS) !== "off"; } catch { return true; }
}

function useLetters(on) {
  root.classList.toggle("no-letters", !on);
  if (letters) letters.checked = on;
  try { localStorage.setItem(LETTERS, on ? "on" : "off"); } catch { /* a browser that keeps nothing asks again */ }
}

useLetters(remembered());
letters?.addEventListener("change", () => useLetters(letters.checked));

const isField = (element) => element.matches("input:not([type=checkbox]), textarea, select");

function writing(event) {
  return event.isComposing || isField(event.target);
}

function press(key) {
  const wanted = [...document.querySelectorAll("[data-key]")].find((one) => one.dataset.key === key && !one.disabled);
  if (!wanted) return false;
  if (wanted.dataset.goes === "first-field" && goToFirstField()) return true;
  wanted.click();
  return true;
}

function goToFirstField() {
  const field = document.querySelector("[data-first-field]");
  if (!field || field === document.activeElement) return false;
  field.focus();
  if (field.select) field.select();
  return true;
}

document.addEventListener("keydown", (event) => {
  const help = document.getElementById("help");
  if (help.open || event.ctrlKey && event.key !== "Enter" || event.altKey || event.metaKey) return;
  if (writing(event)) {
    if (event.key === "Escape") { event.target.blur(); document.getElementById("main").focus(); }
    // Enter keeps what was typed as a correction; in a text of several lines, with Ctrl.
    if (event.key === "Enter" && !event.isComposing && event.target.form?.id === "decision" &&
        (event.ctrlKey || event.target.tagName !== "TEXTAREA")) {
      event.preventDefault();
      document.querySelector("button[value=correct]")?.click();
    }
    return;
  }
  if (event.target.closest(".sheet") && moveSheet(event.key)) { event.preventDefault(); return; }
  if (event.key === "Enter" || event.key === " ") {
    if (event.target.closest("a, button, summary, input, label") || event.key === " ") return;
    if (press("Enter")) event.preventDefault();
    return;
  }
  if (!remembered() || event.key.length !== 1) return;
  const key = event.key.toLowerCase();
  if (moveRow(key) || press(key)) event.preventDefault();
});

// ---- a list: j and k go down and up, Enter opens (a link does that by itself)

function moveRow(key) {
  const links = [...document.querySelectorAll("[data-rows] tbody tr a:first-of-type")];
  if (!links.length || (key !== "j" && key !== "k")) return false;
  const at = links.findIndex((link) => link.closest("tr").contains(document.activeElement));
  const next = key === "j" ? Math.min(at + 1, links.length - 1) : Math.max(at - 1, 0);
  links[next].focus();
  return true;
}

// ---- the picture: a drawing whose view box is what is seen of the page

const sheet = document.querySelector("svg.sheet");
const numbers = (text) => text.trim().split(/[\s,]+/).map(Number);

function seen() {
  const { x, y, width, height } = sheet.viewBox.baseVal;
  return [x, y, width, height];
}

function see(box) {
  sheet.setAttribute("viewBox", box.map((edge) => Math.round(edge * 100) / 100).join(" "));
}

function zoom(factor, atX, atY) {
  const [x, y, width, height] = seen();
  const [, , pageWidth, pageHeight] = numbers(sheet.dataset.page);
  const most = Math.max(pageWidth / width, pageHeight / height) * 1.1, least = 24 / width;
  const by = Math.min(Math.max(factor, least), most);
  const centreX = atX ?? x + width / 2, centreY = atY ?? y + height / 2;
  see([centreX - (centreX - x) * by, centreY - (centreY - y) * by, width * by, height * by]);
}

function moveSheet(key) {
  const [x, y, width, height] = seen();
  const steps = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[key];
  if (!steps) return false;
  see([x + steps[0] * width / 8, y + steps[1] * height / 8, width, height]);
  return true;
}

if (sheet) {
  const whole = numbers(sheet.dataset.page);
  const lit = sheet.dataset.lit ? numbers(sheet.dataset.lit) : null;
  const ways = { lit: () => lit && see(lit), page: () => see(whole), in: () => zoom(0.7), out: () => zoom(1 / 0.7) };
  for (const button of document.querySelectorAll("[data-zoom]")) button.addEventListener("click", ways[button.dataset.zoom]);

  const onPage = (event) => {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(sheet.getScreenCTM().inverse());
    return [point.x, point.y];
  };
  sheet.addEventListener("wheel", (event) => { event.preventDefault(); zoom(event.deltaY > 0 ? 1.15 : 1 / 1.15, ...onPage(event)); }, { passive: false });
  sheet.addEventListener("dblclick", (event) => zoom(0.5, ...onPage(event)));
  let from = null;
  sheet.addEventListener("pointerdown", (event) => { from = onPage(event); sheet.setPointerCapture(event.pointerId); sheet.classList.add("moving"); });
  sheet.addEventListener("pointermove", (event) => {
    if (!from) return;
    const [x, y, width, height] = seen(), to = onPage(event);
    see([x + from[0] - to[0], y + from[1] - to[1], width, height]);
  });
  for (const end of ["pointerup", "pointercancel"]) sheet.addEventListener(end, () => { from = null; sheet.classList.remove("moving"); });
}

// ---- offers fill a field; the help opens; places of a case are shown without losing one's place in it

for (const offer of document.querySelectorAll("[data-fills]")) {
  offer.addEventListener("click", () => {
    const field = document.getElementById(offer.dataset.fills);
    field.value = offer.dataset.value;
    field.focus();
  });
}

document.querySelector("[data-opens=help]")?.addEventListener("click", () => document.getElementById("help").showModal());

const scroll = document.querySelector(".case .scroll");
if (scroll) {
  const PLACE = `besshi-scroll ${location.pathname}`;
  if (!location.hash) try { scroll.scrollTop = Number(sessionStorage.getItem(PLACE)) || 0; } catch { /* begins at the top */ }
  addEventListener("pagehide", () => { try { sessionStorage.setItem(PLACE, String(scroll.scrollTop)); } catch { /* as above */ } });
}

// What was done just before is said again: a live region tells only what is put into it.
const said = document.querySelector("#said p");
if (said) { said.remove(); setTimeout(() => document.getElementById("said").append(said), 60); }

// A decision is sent once, however often its key is pressed while the next item is on its way.
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });

// After a decision the next item is read out from its sentence; a refused form, from what is wrong.
const start = document.querySelector("[aria-invalid=true]") ?? document.querySelector(".panel h1[tabindex]");
if (start && !document.querySelector("[autofocus]")) start.focus({ preventScroll: true });
