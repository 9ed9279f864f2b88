/**
 * `setTimeout` and its relatives as Node has them. Timers are plain data on this side; the host only
 * knows when to call `runTimers` next. So timers that module-level code set go along when the
 * process forks, and start anew in every invocation.
 */

import { core } from "ext:core/mod.js";
import { op_clock, op_set_timer } from "ext:core/ops";
import { uncaught } from "../invocation/failure.ts";
import { limits } from "../invocation/limits.ts";
import { type Queued, TimerQueue } from "./queue.ts";

type Callback = (...parameters: unknown[]) => unknown;

const { apply } = Reflect;

const LONGEST_DELAY = 2 ** 31 - 1;

const queue = new TimerQueue<Timer>();
/** Timers that are alive, by id, for `clearTimeout(number)`. */
const alive = new Map<number, Timer>();
let nextId = 1;
let nextOrder = 1;
/** Ref'd timers that are alive: of all kinds, and those that fire once. */
let refs = 0;
let refsOnce = 0;
/** What the host was last told to wait for. */
let armed = Number.POSITIVE_INFINITY;
let running = false;

/** How many timers are alive. */
export function aliveTimers(): number {
  return alive.size;
}

/** The state behind a handle. */
interface Timer extends Queued {
  readonly id: number;
  readonly callback: Callback;
  readonly parameters: unknown[];
  readonly delay: number;
  readonly repeats: boolean;
  readonly handle: object;
  ref: boolean;
}

function arm(): void {
  if (running) return;
  const due = queue.first()?.due ?? Number.POSITIVE_INFINITY;
  if (due === armed) return;
  armed = due;
  op_set_timer(due === Number.POSITIVE_INFINITY ? -1 : Math.max(0, due - op_clock()));
}

function count(timer: Timer, change: 1 | -1): void {
  if (!timer.ref) return;
  refs += change;
  if (!timer.repeats) refsOnce += change;
}

function schedule(timer: Timer): void {
  timer.due = op_clock() + timer.delay;
  timer.order = nextOrder++;
  queue.add(timer);
}

function start(timer: Timer): void {
  if (alive.size >= limits.timers) {
    throw new RangeError(
      `too many timers: at most ${limits.timers} may be pending at once; clear some, or await work instead of scheduling it`,
    );
  }
  alive.set(timer.id, timer);
  count(timer, 1);
  schedule(timer);
  arm();
}

function stop(timer: Timer): void {
  if (!alive.delete(timer.id)) return;
  count(timer, -1);
  queue.remove(timer);
  arm();
}

let timerOf: (handle: Handle) => Timer;

/** What `setTimeout` and its relatives return: an object as Node's, that is a number when needed. */
class Handle {
  readonly #timer: Timer;

  static {
    timerOf = (handle) => handle.#timer;
  }

  constructor(callback: Callback, parameters: unknown[], delay: number, repeats: boolean) {
    this.#timer = {
      id: nextId++,
      callback,
      parameters,
      delay,
      repeats,
      handle: this,
      ref: true,
      due: 0,
      order: 0,
      place: -1,
    };
    start(this.#timer);
  }

  ref(): this {
    this.#setRef(true);
    return this;
  }

  unref(): this {
    this.#setRef(false);
    return this;
  }

  #setRef(ref: boolean): void {
    const timer = this.#timer;
    if (timer.ref === ref) return;
    const isAlive = alive.has(timer.id);
    if (isAlive) count(timer, -1);
    timer.ref = ref;
    if (isAlive) count(timer, 1);
  }

  hasRef(): boolean {
    return this.#timer.ref;
  }

  refresh(): this {
    const timer = this.#timer;
    if (alive.has(timer.id)) {
      queue.remove(timer);
      schedule(timer);
      arm();
    } else {
      start(timer);
    }
    return this;
  }

  close(): this {
    stop(this.#timer);
    return this;
  }

  [Symbol.toPrimitive](): number {
    return this.#timer.id;
  }

  [Symbol.dispose](): void {
    stop(this.#timer);
  }
}

/** What `setTimeout` and `setInterval` return. */
export class Timeout extends Handle {}

/** What `setImmediate` returns. */
export class Immediate extends Handle {}

function checked(callback: unknown, name: string): Callback {
  if (typeof callback === "function") return callback as Callback;
  const given =
    typeof callback === "string" ? "a string; code is not evaluated here" : typeof callback;
  throw new TypeError(`${name} takes a function, got ${given}`);
}

function delayOf(delay: unknown): number {
  const milliseconds = Number(delay);
  return milliseconds >= 1 && milliseconds <= LONGEST_DELAY ? Math.trunc(milliseconds) : 1;
}

/** Calls a function after a while. */
export function setTimeout(callback: Callback, delay?: number, ...parameters: unknown[]): Timeout {
  return new Timeout(checked(callback, "setTimeout"), parameters, delayOf(delay), false);
}

/** Calls a function again and again. */
export function setInterval(callback: Callback, delay?: number, ...parameters: unknown[]): Timeout {
  return new Timeout(checked(callback, "setInterval"), parameters, delayOf(delay), true);
}

/** Calls a function as soon as what runs now is done. */
export function setImmediate(callback: Callback, ...parameters: unknown[]): Immediate {
  return new Immediate(checked(callback, "setImmediate"), parameters, 0, false);
}

/** Forgets a timer of any kind; anything that is none is ignored. */
export function clearTimeout(handle?: unknown): void {
  if (handle instanceof Handle) {
    stop(timerOf(handle));
  } else if (typeof handle === "number" || typeof handle === "string") {
    const timer = alive.get(Number(handle));
    if (timer !== undefined) stop(timer);
  }
}

/** The same, under the name that goes with `setInterval`. */
export function clearInterval(handle?: unknown): void {
  clearTimeout(handle);
}

/** The same, under the name that goes with `setImmediate`. */
export function clearImmediate(handle?: unknown): void {
  clearTimeout(handle);
}

function fire(timer: Timer): void {
  queue.remove(timer);
  if (timer.repeats) {
    schedule(timer);
  } else {
    alive.delete(timer.id);
    count(timer, -1);
  }
  try {
    apply(timer.callback, timer.handle, timer.parameters);
  } catch (error) {
    uncaught(error);
  }
}

/** Runs what is due, each to the end of its microtasks. What it sets anew waits for the next call. */
export function runTimers(): void {
  const now = op_clock();
  const newest = nextOrder;
  running = true;
  armed = Number.POSITIVE_INFINITY;
  try {
    for (let timer = queue.first(); timer !== undefined; timer = queue.first()) {
      if (timer.due > now || timer.order >= newest) break;
      fire(timer);
      core.runNextTicks();
    }
  } finally {
    running = false;
    arm();
  }
}

/** In a forked process: every timer that module-level code set starts now. */
export function restartTimers(): void {
  const inherited = [...queue.entries()].sort((one, other) => one.order - other.order);
  for (const timer of inherited) queue.remove(timer);
  for (const timer of inherited) schedule(timer);
  armed = Number.POSITIVE_INFINITY;
  arm();
}

/** Forgets every timer, after a rehearsal. */
export function dropTimers(): void {
  for (const timer of [...alive.values()]) stop(timer);
}

/** Whether any timer is alive that the invocation waits for. */
export function hasTimers(): boolean {
  return refs > 0;
}

/** Whether one is alive that the process waits for after the result: intervals never end. */
export function hasWork(): boolean {
  return refsOnce > 0;
}
