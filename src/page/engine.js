// What a scenario does to a model, computed in the page: the semantics, line by line.
//
// Every element has two conditions, ok (it serves) and full (it serves undegraded). A condition's formula says what must
// hold and when: times are seconds, 0 is "all along", Infinity is "never". See "How this was computed" in the page.
"use strict";

const NEVER = Infinity;

/** When a formula holds. `staying`: asked of what keeps running, not of what has to come back. */
function timeOf(formula, world, staying) {
  if (typeof formula === "number") return world.times[formula];
  const first = formula[1];
  const second = formula[2];
  switch (formula[0]) {
    case "event": return world.back(first);
    case "start": return staying ? 0 : timeOf(first, world, staying);
    case "tolerates": {
      const time = timeOf(second, world, staying);
      return staying && time <= first ? 0 : time;
    }
    case "later": return first + timeOf(second, world, staying);
    case "all": return latest(first, world, staying);
    case "any": return earliest(first, world, staying);
    case "at_least": return nth(first, second.map((part) => timeOf(part, world, staying)));
    case "capacity": return reached(first, second, world);
    default: throw new Error(`unknown formula ${formula[0]}`);
  }
}

function latest(parts, world, staying) {
  let time = 0;
  for (const part of parts) time = Math.max(time, timeOf(part, world, staying));
  return time;
}

function earliest(parts, world, staying) {
  let time = NEVER;
  for (const part of parts) time = Math.min(time, timeOf(part, world, staying));
  return time;
}

/** The k-th smallest. */
function nth(k, times) {
  if (k === 0) return 0;
  if (k > times.length) return NEVER;
  return times.sort((a, b) => a - b)[k - 1];
}

/** The least time by which the capacities of what works add up to the threshold. */
function reached(threshold, carried, world) {
  let missing = BigInt(threshold);
  if (missing <= 0n) return 0;
  const byTime = carried.map(([capacity, on]) => [world.times[on], capacity]).sort((a, b) => a[0] - b[0]);
  for (const [time, capacity] of byTime) {
    missing -= BigInt(capacity);
    if (missing <= 0n) return time;
  }
  return NEVER;
}

/** When a condition holds: after + the latest of its parts, and start on top where it has to come back. */
function timeOfCondition(condition, world, staying) {
  let time = 0;
  for (const part of condition.parts) time = Math.max(time, timeOf(part[1], world, staying));
  return condition.after + time + (staying ? 0 : condition.start);
}

/** Everything that can be asked of one model. */
class Engine {
  /** `data` is what the page carries; `data.conditions[2 * e]` is ok of element e, `[2 * e + 1]` is full. */
  constructor(data) {
    this.data = data;
    this.dependents = data.conditions.map(() => []);
    this.ofEvent = data.elements.map(() => []);
    data.conditions.forEach((condition, id) => condition.parts.forEach(([, part]) => this.index(part, id)));
    this.undisturbed = new Float64Array(data.conditions.length).fill(NEVER);
    this.undisturbed = this.run(new Map(), data.components).times;
  }

  index(formula, id) {
    visit(formula, (on) => this.dependents[on].push(id), (event) => this.ofEvent[event].push(id));
  }

  /** The components that failures of these elements may change, dependencies first. */
  affected(elements) {
    const seen = new Uint8Array(this.data.conditions.length);
    const next = [...elements].flatMap((element) => this.ofEvent[element]);
    while (next.length > 0) {
      const id = next.pop();
      if (seen[id]) continue;
      seen[id] = 1;
      next.push(...this.dependents[id]);
    }
    const components = [];
    for (const { circle, ids } of this.data.components) {
      const touched = ids.filter((id) => seen[id]);
      if (touched.length > 0) components.push({ circle, ids: touched });
    }
    return components;
  }

  /** The times of all conditions, given for how long each failed element is failed. */
  run(lasts, components = this.affected(lasts.keys())) {
    const world = { times: this.undisturbed.slice(), back: (event) => lasts.get(event) ?? 0 };
    for (const { circle, ids } of components) {
      if (circle) this.settleCircle(ids, world);
      else ids.forEach((id) => this.settleOne(id, world));
    }
    return world;
  }

  settleOne(id, world) {
    const condition = this.data.conditions[id];
    const stays = timeOfCondition(condition, world, true) === 0;
    world.times[id] = stays ? 0 : timeOfCondition(condition, world, false);
  }

  /** Step 1: the staying set loses what cannot stay; step 2: the rest gets times; until nothing drops. */
  settleCircle(ids, world) {
    const staying = new Set(ids);
    for (;;) {
      this.settleTimes(ids, staying, world);
      const stopped = [...staying].filter((id) => timeOfCondition(this.data.conditions[id], world, true) !== 0);
      if (stopped.length === 0) return;
      stopped.forEach((id) => staying.delete(id));
    }
  }

  /** The least fixed point in the order of becoming available, reached from never downwards. */
  settleTimes(ids, staying, world) {
    for (const id of ids) world.times[id] = staying.has(id) ? 0 : NEVER;
    for (let changed = true; changed;) {
      changed = false;
      for (const id of ids) {
        if (staying.has(id)) continue;
        const time = timeOfCondition(this.data.conditions[id], world, false);
        changed ||= time !== world.times[id];
        world.times[id] = time;
      }
    }
  }

  /** The largest set of conditions at never whose formulas would be finite if its members held. */
  deadlock(world) {
    const supposed = { times: world.times.slice(), back: world.back };
    let waiting = [];
    for (let id = 0; id < supposed.times.length; id++) {
      if (supposed.times[id] === NEVER) {
        waiting.push(id);
        supposed.times[id] = 0;
      }
    }
    for (;;) {
      const stuck = waiting.filter((id) => timeOfCondition(this.data.conditions[id], supposed, false) === NEVER);
      if (stuck.length === 0) return [...new Set(waiting.map((id) => id >> 1))];
      stuck.forEach((id) => { supposed.times[id] = NEVER; });
      waiting = waiting.filter((id) => supposed.times[id] !== NEVER);
    }
  }

  /** Everything about one scenario: `fails` is a list of `{ what, lasts, destroys }`, `lasts` Infinity for good. */
  outcome(fails) {
    const lasts = new Map(fails.map(({ what, lasts }) => [what, lasts]));
    const forever = new Map(fails.map(({ what }) => [what, NEVER]));
    const world = this.run(lasts);
    const whileFailed = this.run(forever);
    const channelsOut = this.data.channels.every((channel) => world.times[2 * channel] !== 0);
    return {
      outage: (element) => world.times[2 * element],
      undegradedAfter: (element) => world.times[2 * element + 1],
      state: (element) => stateOf(whileFailed.times[2 * element], whileFailed.times[2 * element + 1]),
      stateAt: (element, time) => stateAt(world.times[2 * element], world.times[2 * element + 1], time),
      unreachable: (element) => channelsOut && world.times[2 * element] !== 0,
      losses: this.data.stores.map((store) => this.loss(store, fails, world)),
      deadlock: this.deadlock(world),
      chain: (element) => this.chain(element, whileFailed),
      allBack: () => this.allBack(world),
    };
  }

  /** Whether an element's times are those with nothing failed. */
  isUndisturbed(element, outcome) {
    return outcome.outage(element) === this.undisturbed[2 * element] &&
      outcome.undegradedAfter(element) === this.undisturbed[2 * element + 1];
  }

  /** The last moment at which something changes. */
  allBack(world) {
    return world.times.reduce((last, time) => (time < NEVER ? Math.max(last, time) : last), 0);
  }

  /** The staleness of the best surviving copy; Infinity: none survives. */
  loss(store, fails, world) {
    const destroyed = new Set(fails.filter(({ destroys }) => destroys).map(({ what }) => what));
    const survives = (copy) =>
      (copy.own === null || world.back(copy.own) < NEVER) &&
      copy.places.every((place) => world.times[2 * place] < NEVER) &&
      !copy.destroyed_with.some((element) => destroyed.has(element));
    return store.copies.filter(survives).reduce((least, copy) => Math.min(least, copy.stale), NEVER);
  }

  /** The shortest chain from what failed to an element that does not serve (fully), each depending on the one before. */
  chain(element, world) {
    const target = world.times[2 * element] > 0 ? 2 * element : 2 * element + 1;
    if (world.times[target] === 0) return [];
    const ledHere = new Map([[target, null]]);
    const next = [target];
    for (let i = 0; i < next.length; i++) {
      const event = this.blameOf(next[i], world, (on) => {
        if (world.times[on] === 0 || ledHere.has(on)) return;
        ledHere.set(on, next[i]);
        next.push(on);
      });
      if (event === null) continue;
      const chain = [event];
      for (let id = next[i]; id !== null; id = ledHere.get(id)) {
        if (chain[chain.length - 1] !== id >> 1) chain.push(id >> 1);
      }
      return chain;
    }
    return [element];
  }

  /** The failed event that a condition's latest parts mention, if any; the conditions that they mention go to `follow`. */
  blameOf(id, world, follow) {
    const times = this.data.conditions[id].parts.map(([, part]) => timeOf(part, world, false));
    const last = Math.max(...times);
    let failed = null;
    this.data.conditions[id].parts.forEach(([, part], index) => {
      if (times[index] !== last) return;
      visit(part, follow, (event) => { if (world.back(event) !== 0) failed ??= event; });
    });
    return failed;
  }
}

/** Calls `onCondition` and `onEvent` for what a formula mentions. */
function visit(formula, onCondition, onEvent) {
  if (typeof formula === "number") return onCondition(formula);
  const [op, first, second] = formula;
  if (op === "event") onEvent(first);
  else if (op === "capacity") second.forEach(([, on]) => onCondition(on));
  else if (op === "at_least") second.forEach((part) => visit(part, onCondition, onEvent));
  else if (op === "all" || op === "any") first.forEach((part) => visit(part, onCondition, onEvent));
  else visit(op === "start" ? first : second, onCondition, onEvent);
}

/** Judged while what failed is still failed. */
function stateOf(ok, full) {
  return full < NEVER ? "up" : ok < NEVER ? "degraded" : "down";
}

/** At one moment of the scenario. */
function stateAt(ok, full, time) {
  return full <= time ? "up" : ok <= time ? "degraded" : "down";
}

if (typeof module !== "undefined") module.exports = { Engine, NEVER };
