// What every page's frame does beyond plain HTML: menus close, "/" goes to the search.

const SWITCH = "lasertrim.slash";

for (const menu of document.querySelectorAll("details[data-menu]")) {
  document.addEventListener("pointerdown", (event) => {
    if (menu.open && !menu.contains(event.target)) menu.open = false;
  });
  menu.addEventListener("focusout", (event) => {
    if (event.relatedTarget && !menu.contains(event.relatedTarget)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    menu.open = false;
    menu.querySelector("summary").focus();
  });
}

// A key without a modifier must be possible to switch off (WCAG 2.1.4).
const search = document.querySelector("[data-slash-target]");
const hint = document.querySelector("[data-slash-hint]");
const button = document.querySelector("[data-slash-switch]");

function slashIsOn() {
  try {
    return localStorage.getItem(SWITCH) !== "off";
  } catch {
    return true;
  }
}

function showSlash() {
  const on = slashIsOn();
  if (hint) hint.hidden = !on;
  if (!button) return;
  button.hidden = false;
  button.setAttribute("aria-pressed", String(on));
  button.querySelector("[data-slash-state]").textContent = on ? "on" : "off";
}

function isWriting(element) {
  return element.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(element.tagName);
}

if (search) {
  showSlash();
  document.addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
    if (isWriting(event.target) || !slashIsOn()) return;
    event.preventDefault();
    search.focus();
    search.select();
  });
}

button?.addEventListener("click", () => {
  try {
    localStorage.setItem(SWITCH, slashIsOn() ? "off" : "on");
  } catch {
    return; // storage is forbidden here: the key stays on
  }
  showSlash();
});

// On a phone the filter begins folded; without scripts it is simply open.
if (matchMedia("(width <= 45rem)").matches) {
  for (const box of document.querySelectorAll("details[data-fold-on-phone]")) {
    if (!box.querySelector(".field-error")) box.open = false;
  }
}
