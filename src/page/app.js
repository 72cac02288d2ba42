// The page: fail anything, watch what falls and what comes back. All answers come from Engine; this only shows them.
"use strict";

(() => {
  const data = JSON.parse(document.getElementById("model-data").textContent);
  const engine = new Engine(data);
  const byName = new Map(data.elements.map((element, id) => [element.name, id]));
  const $ = (id) => document.getElementById(id);
  const hasChannels = data.channels.length > 0;
  const mark = { up: "✓", degraded: "~", down: "✗" };

  /** What is being looked at: all that the address keeps. */
  const view = { fails: new Map(), moment: 0, selected: null };
  let outcome = engine.outcome([]);
  let moments = [0];
  let playing = null;

  // ---- durations -------------------------------------------------------------------------------------------------

  function spoken(seconds) {
    if (seconds === NEVER) return "until repaired";
    if (seconds === 0) return "0s";
    const units = [["d", 86400], ["h", 3600], ["m", 60], ["s", 1]];
    let rest = seconds;
    return units.map(([unit, size]) => {
      const n = Math.floor(rest / size);
      rest -= n * size;
      return n > 0 ? `${n}${unit}` : "";
    }).join("");
  }

  function seconds(text) {
    const units = { d: 86400, h: 3600, m: 60, s: 1 };
    const parts = [...text.matchAll(/(\d+)([dhms])/g)];
    const sum = parts.reduce((total, [, n, unit]) => total + Number(n) * units[unit], 0);
    return sum > 0 ? sum : NEVER;
  }

  // ---- the address -----------------------------------------------------------------------------------------------

  function writeAddress() {
    const query = new URLSearchParams();
    for (const [what, { lasts, destroys }] of view.fails) {
      query.append(destroys ? "destroy" : "fail", data.elements[what].name + (lasts < NEVER ? `=${spoken(lasts)}` : ""));
    }
    if (view.moment > 0) query.set("t", String(moments[view.moment]));
    if (view.selected !== null) query.set("at", data.elements[view.selected].name);
    const hash = query.toString();
    history.replaceState(null, "", hash ? `#${hash}` : location.pathname + location.search);
  }

  function readAddress() {
    const query = new URLSearchParams(location.hash.slice(1));
    view.fails.clear();
    for (const key of ["fail", "destroy"]) {
      for (const written of query.getAll(key)) {
        const [name, lasts] = written.split("=");
        const what = byName.get(name);
        if (what === undefined || !data.elements[what].fails) continue;
        view.fails.set(what, { lasts: lasts ? seconds(lasts) : NEVER, destroys: key === "destroy" });
      }
    }
    view.selected = byName.get(query.get("at")) ?? null;
    evaluate();
    const moment = moments.indexOf(Number(query.get("t") ?? 0));
    view.moment = Math.max(moment, 0);
  }

  // ---- answers ---------------------------------------------------------------------------------------------------

  function evaluate() {
    const fails = [...view.fails].map(([what, { lasts, destroys }]) => ({ what, lasts, destroys }));
    outcome = engine.outcome(fails);
    const changes = new Set([0]);
    for (const { lasts } of fails) if (lasts < NEVER) changes.add(lasts);
    data.elements.forEach((_, id) => {
      if (isUntouched(id)) return;
      for (const time of [outcome.outage(id), outcome.undegradedAfter(id)]) if (time < NEVER) changes.add(time);
    });
    moments = [...changes].sort((a, b) => a - b);
    view.moment = Math.min(view.moment, moments.length - 1);
  }

  /** An instance as it is with nothing failed: a standby that waits is not down. */
  function isUntouched(id) {
    return data.elements[id].kind === "instance" && engine.isUndisturbed(id, outcome);
  }

  /** How an element does at the moment looked at. */
  function stateNow(id) {
    const now = moments[view.moment];
    const own = view.fails.get(id);
    if (own && own.lasts > now) return "failed";
    return isUntouched(id) ? "up" : outcome.stateAt(id, now);
  }

  // ---- showing ---------------------------------------------------------------------------------------------------

  const drawn = [...document.querySelectorAll("#map [data-ref]")]
    .map((node) => ({ node, id: byName.get(node.dataset.ref), shown: "" }))
    .filter(({ id }) => id !== undefined);
  const rows = [...document.querySelectorAll("[data-capability]")]
    .map((node) => ({ node, id: Number(node.dataset.capability) }));

  function showMap() {
    for (const part of drawn) {
      const state = stateNow(part.id);
      const shown = state + (part.id === view.selected ? " selected" : "");
      if (shown === part.shown) continue;
      part.shown = shown;
      for (const known of ["failed", "down", "degraded"]) part.node.classList.toggle(known, known === state);
      part.node.setAttribute("aria-label", `${data.elements[part.id].name}: ${state}`);
      part.node.toggleAttribute("data-selected", part.id === view.selected);
    }
  }

  function showCapabilities() {
    for (const { node, id } of rows) {
      const state = stateNow(id);
      node.dataset.state = state;
      node.dataset.judged = outcome.state(id);
      node.querySelector(".mark").textContent = mark[state] ?? mark.down;
      node.querySelector(".state").textContent = state;
      node.querySelector(".told").textContent = story(id);
      showBar(node.querySelector(".bar"), id);
    }
  }

  /** The first of a list, and how many more there are. */
  function few(names) {
    const shown = names.slice(0, 6).join(", ");
    return names.length > 6 ? `${shown} and ${names.length - 6} more` : shown;
  }

  /** A capability's outcome in words. */
  function story(id) {
    if (isUntouched(id)) return "";
    const [out, back] = [outcome.outage(id), outcome.undegradedAfter(id)];
    const words = [];
    if (out > 0) words.push(out < NEVER ? `out for ${spoken(out)}` : "out until repaired");
    if (out < NEVER && back > out) words.push(back < NEVER ? `degraded until ${spoken(back)}` : "degraded until repaired");
    if (hasChannels && outcome.unreachable(id)) words.push("customers cannot be told");
    return words.join(", ");
  }

  /** Three lengths of a bar: down, degraded, up. Moments stand as far apart as on the slider: minutes and days fit on one bar. */
  function showBar(bar, id) {
    const share = (time) => (time === NEVER ? 100 : (100 * moments.indexOf(time)) / moments.length);
    const [out, back] = [share(outcome.outage(id)), share(outcome.undegradedAfter(id))];
    bar.children[0].style.width = `${out}%`;
    bar.children[1].style.width = `${Math.max(0, back - out)}%`;
    bar.children[2].style.left = `${share(moments[view.moment])}%`;
  }

  function showNumbers() {
    const down = data.capabilities.filter(({ id }) => ["down", "failed"].includes(stateNow(id)));
    const degraded = data.capabilities.filter(({ id }) => stateNow(id) === "degraded");
    const value = down.reduce((sum, { value_per_hour }) => sum + value_per_hour, 0);
    $("n-down").textContent = down.length;
    $("n-degraded").textContent = degraded.length;
    $("n-value").textContent = value.toLocaleString("en-US");
    const lost = data.stores.map((store, index) => [data.elements[store.service].name, outcome.losses[index]])
      .filter(([, loss]) => loss > 0);
    $("n-data").textContent = few(lost.map(([name, loss]) => `${name} ${loss < NEVER ? spoken(loss) : "all"}`)) || "none";
    const unreachable = data.capabilities.filter(({ id }) => outcome.unreachable(id));
    $("n-told").textContent = !hasChannels ? "the model has no channel" : unreachable.length === 0 ? "yes" : `no: ${few(unreachable.map(({ name }) => name))}`;
    const waiting = outcome.deadlock.map((id) => data.elements[id].name);
    $("deadlock").hidden = waiting.length === 0;
    $("deadlock-names").textContent = few(waiting);
    $("announce").textContent = view.fails.size === 0 ? "Nothing has failed."
      : `${down.length} of ${data.capabilities.length} capabilities down, ${degraded.length} degraded.`;
  }

  function showFailed() {
    const list = $("failed");
    list.replaceChildren(...[...view.fails].map(([what, { lasts }]) => {
      const item = document.createElement("li");
      const select = document.createElement("select");
      const name = data.elements[what].name;
      select.setAttribute("aria-label", `how long ${name} is failed`);
      const choices = new Set([NEVER, 900, 3600, 14400, 86400, 259200, lasts]);
      for (const choice of choices) {
        select.add(new Option(choice === NEVER ? "for good" : `for ${spoken(choice)}`, String(choice), false, choice === lasts));
      }
      select.addEventListener("change", () => fail(what, select.value === "Infinity" ? NEVER : Number(select.value)));
      const label = document.createElement("span");
      label.textContent = name;
      item.append(label, select, button("mend", `mend ${name}`, () => mend(what)));
      return item;
    }));
    $("nothing-failed").hidden = view.fails.size > 0;
    $("mend-all").disabled = view.fails.size === 0;
  }

  function button(text, label, pressed) {
    const node = document.createElement("button");
    node.type = "button";
    node.textContent = text;
    node.setAttribute("aria-label", label);
    node.addEventListener("click", pressed);
    return node;
  }

  function showTime() {
    const slider = $("time");
    slider.max = String(moments.length - 1);
    slider.value = String(view.moment);
    slider.disabled = moments.length < 2;
    $("play").disabled = moments.length < 2;
    const now = moments[view.moment];
    const text = now === 0 ? "the moment it fails" : `${spoken(now)} later`;
    $("now").textContent = text;
    slider.setAttribute("aria-valuetext", text);
  }

  function showDetail() {
    const panel = $("detail");
    panel.hidden = view.selected === null;
    if (panel.hidden) return;
    const id = view.selected;
    const element = data.elements[id];
    $("detail-name").textContent = element.name;
    $("detail-kind").textContent = element.kind;
    const state = stateNow(id);
    $("detail-state").textContent = [state, story(id)].filter(Boolean).join(": ");
    $("detail-state").dataset.state = state;
    const chain = outcome.chain(id);
    $("detail-why").hidden = chain.length === 0;
    $("detail-chain").replaceChildren(...chain.map((link) => {
      const item = document.createElement("li");
      item.append(button(data.elements[link].name, `look at ${data.elements[link].name}`, () => select(link)));
      item.dataset.state = stateNow(link);
      return item;
    }));
    const act = $("detail-act");
    act.hidden = !element.fails;
    act.textContent = view.fails.has(id) ? "Mend it" : "Fail it";
  }

  function show() {
    showMap();
    showCapabilities();
    showNumbers();
    showTime();
    showDetail();
  }

  // ---- acting ----------------------------------------------------------------------------------------------------

  function changed() {
    stop();
    evaluate();
    showFailed();
    show();
    writeAddress();
  }

  function fail(what, lasts = NEVER, destroys = false) {
    view.fails.set(what, { lasts, destroys });
    changed();
  }

  function mend(what) {
    view.fails.delete(what);
    changed();
  }

  function select(id) {
    view.selected = id;
    show();
    writeAddress();
  }

  /** A click fails what works, mends what was failed, and asks why of what fell. */
  function click(id) {
    view.selected = id;
    const fell = !view.fails.has(id) && stateNow(id) !== "up";
    if (!data.elements[id].fails || fell) select(id);
    else if (view.fails.has(id)) mend(id);
    else fail(id);
  }

  function moveTo(moment) {
    view.moment = Math.max(0, Math.min(moment, moments.length - 1));
    show();
    writeAddress();
  }

  function stop() {
    clearInterval(playing);
    playing = null;
    $("play").textContent = "Play";
  }

  function play() {
    if (playing !== null) return stop();
    if (view.moment === moments.length - 1) view.moment = 0;
    $("play").textContent = "Pause";
    playing = setInterval(() => {
      moveTo(view.moment + 1);
      if (view.moment === moments.length - 1) stop();
    }, 800);
  }

  /** How wide the map is: 1 fits, but small pictures do not grow much, and on a small screen large ones do not shrink to nothing. */
  let zoom = 1;
  function zoomTo(factor) {
    zoom = Math.max(0.5, Math.min(factor, 8));
    const svg = document.querySelector("#map svg");
    if (!svg) return;
    const natural = Number(svg.getAttribute("width"));
    const fits = Math.min(1.25 * natural, Math.max($("map").clientWidth, 0.35 * natural));
    svg.style.width = `${Math.round(fits * zoom)}px`;
  }

  // ---- wiring ----------------------------------------------------------------------------------------------------

  for (const { node, id } of drawn) {
    node.setAttribute("tabindex", "0");
    node.setAttribute("role", "button");
    node.addEventListener("click", (event) => {
      event.stopPropagation();
      click(id);
    });
    node.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation();
      click(id);
    });
  }
  rows.forEach(({ node, id }) => node.querySelector("button").addEventListener("click", () => select(id)));

  const names = $("names");
  const search = $("search");
  names.replaceChildren(...data.elements.map(({ name }) => Object.assign(document.createElement("option"), { value: name })));
  $("find").addEventListener("submit", (event) => {
    event.preventDefault();
    const written = search.value.trim();
    const id = byName.get(written) ?? data.elements.findIndex(({ name }) => name.includes(written));
    const found = written !== "" && id >= 0;
    search.setCustomValidity(found ? "" : "nothing is called that");
    search.reportValidity();
    if (!found) return;
    search.value = "";
    click(id);
  });
  search.addEventListener("input", () => search.setCustomValidity(""));
  $("mend-all").addEventListener("click", () => {
    view.fails.clear();
    view.selected = null;
    changed();
  });
  $("time").addEventListener("input", (event) => {
    stop();
    moveTo(Number(event.target.value));
  });
  $("play").addEventListener("click", play);
  $("zoom-in").addEventListener("click", () => zoomTo(zoom * 1.4));
  $("zoom-out").addEventListener("click", () => zoomTo(zoom / 1.4));
  $("zoom-fit").addEventListener("click", () => zoomTo(1));
  $("detail-act").addEventListener("click", () => (view.fails.has(view.selected) ? mend(view.selected) : fail(view.selected)));
  $("detail-close").addEventListener("click", () => select(null));
  const scenarios = $("scenario");
  scenarios.addEventListener("change", () => {
    const chosen = data.scenarios[Number(scenarios.value)];
    scenarios.value = "";
    if (!chosen) return;
    view.fails.clear();
    view.selected = null;
    for (const { what, lasts, destroys } of chosen.fails) view.fails.set(what, { lasts: lasts ?? NEVER, destroys });
    view.moment = 0;
    changed();
  });
  document.querySelectorAll("[data-fail]").forEach((node) => node.addEventListener("click", () => {
    view.fails.clear();
    view.moment = 0;
    for (const written of node.dataset.fail.split(" ")) {
      const [name, lasts] = written.split("=");
      if (byName.has(name)) view.fails.set(byName.get(name), { lasts: Number(lasts ?? NEVER), destroys: false });
    }
    changed();
    $("map").scrollIntoView();
  }));
  window.addEventListener("hashchange", () => {
    readAddress();
    showFailed();
    show();
  });

  window.addEventListener("resize", () => zoomTo(zoom));
  zoomTo(1);

  // On paper nothing can be unfolded.
  window.addEventListener("beforeprint", () => document.querySelectorAll("details:not([open])").forEach((node) => {
    node.open = true;
    node.dataset.unfolded = "";
  }));
  window.addEventListener("afterprint", () => document.querySelectorAll("details[data-unfolded]").forEach((node) => {
    node.open = false;
    delete node.dataset.unfolded;
  }));

  readAddress();
  showFailed();
  show();
  document.documentElement.dataset.ready = "yes";
  // Browsers run code faster once they have seen it work: the first click should not be the one that pays.
  const first = data.elements.findIndex(({ fails }) => fails);
  const warm = (times) => {
    if (first < 0 || times === 0) return;
    engine.outcome([{ what: first, lasts: NEVER, destroys: false }]).allBack();
    setTimeout(() => warm(times - 1), 30);
  };
  setTimeout(() => warm(4), 50);
})();
