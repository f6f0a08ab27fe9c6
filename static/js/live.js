// A page that polls while work is left: title, spoken progress, and what to do when it is refused.

const SAY_EVERY = 10_000;
const PARTS = ["batch-live", "reevaluation-live"];
const status = document.querySelector("[data-live-status]");
const title = document.title.replace(/^\d+ of \d+ · /, "");
let saidAt = Date.now();

function show() {
  const live = document.querySelector(PARTS.map((id) => `#${id}`).join());
  if (!live) return;
  const finished = !live.hasAttribute("hx-get");
  const { total, settled, summary } = live.dataset;
  document.title = finished ? title : `${settled} of ${total} · ${title}`;
  if (finished || Date.now() - saidAt >= SAY_EVERY) {
    saidAt = Date.now();
    status.textContent = finished ? `Finished. ${summary}` : summary;
  }
}

document.addEventListener("htmx:afterSwap", show);

// After the session has ended the answer is the sign-in page: load the page anew, which asks for it.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, requestConfig } = event.detail;
  const asked = new URL(requestConfig.path, location.href).pathname;
  if (xhr.responseURL && new URL(xhr.responseURL).pathname !== asked) {
    event.detail.shouldSwap = false;
    location.reload();
  }
});

// A hidden page asks every tenth second only: its title still tells when the work is done.
let asked = 0;
document.addEventListener("htmx:beforeRequest", (event) => {
  if (!PARTS.includes(event.target.id) || !document.hidden) return;
  asked += 1;
  if (asked % 5) event.preventDefault();
});
