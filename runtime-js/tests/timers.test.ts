import assert from "node:assert/strict";
import { beforeEach, test } from "node:test";
import { readLimits } from "../src/invocation/limits.ts";
import { beginInvocation } from "../src/invocation/phase.ts";
import {
  clearTimeout,
  hasTimers,
  hasWork,
  restartTimers,
  runTimers,
  setImmediate,
  setInterval,
  setTimeout,
  type Timeout,
} from "../src/timers/timers.ts";
import { host } from "./stubs/ops.ts";

let made: { close(): unknown }[] = [];
let ran: unknown[] = [];

function keep<Handle extends { close(): unknown }>(handle: Handle): Handle {
  made.push(handle);
  return handle;
}

const after = (delay: number, name: unknown): Timeout =>
  keep(setTimeout((given) => ran.push(given), delay, name));

function advance(milliseconds: number): void {
  host.clock += milliseconds;
  runTimers();
}

beginInvocation();

beforeEach(() => {
  for (const handle of made) handle.close();
  made = [];
  ran = [];
  host.outcomes = [];
  host.log = [];
  readLimits();
});

test("timers run by when they are due, then by when they were set", () => {
  after(20, "late");
  after(10, "first");
  after(10, "second");
  after(5, "early");
  advance(20);
  assert.deepEqual(ran, ["early", "first", "second", "late"]);
});

test("the host is told of the earliest one only", () => {
  after(50, "late");
  assert.equal(host.armed, 50);
  const early = after(10, "early");
  assert.equal(host.armed, 10);
  clearTimeout(early);
  assert.equal(host.armed, 50);
  clearTimeout(made[0]);
  assert.equal(host.armed, -1);
});

test("what a timer sets waits for the next turn, even when it is due at once", () => {
  keep(
    setImmediate(() => {
      ran.push("one");
      keep(setImmediate(() => ran.push("two")));
    }),
  );
  advance(0);
  assert.deepEqual(ran, ["one"]);
  assert.equal(host.armed, 0);
  advance(0);
  assert.deepEqual(ran, ["one", "two"]);
});

test("an interval repeats until it is cleared, also from within", () => {
  const interval = keep(
    setInterval(() => {
      ran.push(host.clock);
      if (ran.length === 3) clearTimeout(interval);
    }, 10),
  );
  for (let turn = 0; turn < 5; turn += 1) advance(10);
  assert.equal(ran.length, 3);
  assert.equal(hasTimers(), false);
});

test("clearing takes a handle, its number and the number as a string", () => {
  clearTimeout(after(1, "handle"));
  clearTimeout(Number(after(1, "number")));
  clearTimeout(String(Number(after(1, "string"))));
  clearTimeout(undefined);
  clearTimeout(null);
  clearTimeout({});
  advance(5);
  assert.deepEqual(ran, []);
});

test("only one-shot timers with a ref are work; intervals still are timers", () => {
  const interval = keep(setInterval(() => undefined, 10));
  assert.deepEqual([hasTimers(), hasWork()], [true, false]);
  const timeout = after(10, "x");
  assert.deepEqual([hasTimers(), hasWork()], [true, true]);
  timeout.unref();
  assert.deepEqual([timeout.hasRef(), hasWork()], [false, false]);
  interval.unref();
  assert.equal(hasTimers(), false);
  timeout.ref();
  assert.equal(hasWork(), true);
});

test("refresh starts a timer over, also one that has fired", () => {
  const timeout = after(10, "x");
  advance(8);
  timeout.refresh();
  advance(8);
  assert.deepEqual(ran, []);
  advance(2);
  assert.deepEqual(ran, ["x"]);
  timeout.refresh();
  advance(10);
  assert.deepEqual(ran, ["x", "x"]);
});

test("too many timers are a RangeError that names the limit", () => {
  for (let count = 0; count < host.limits.timers; count += 1) after(1, count);
  assert.throws(() => after(1, "one more"), { name: "RangeError", message: /at most 10 may be/ });
  advance(1);
  after(1, "again");
});

test("code in a string is refused", () => {
  assert.throws(() => setTimeout("alert(1)" as never, 1), {
    name: "TypeError",
    message: /takes a function, got a string/,
  });
});

test("odd delays are one millisecond", () => {
  for (const delay of [Number.NaN, -5, 0, 2 ** 31, undefined]) after(delay as number, delay);
  advance(1);
  assert.equal(ran.length, 5);
});

test("timers from the load start anew in the forked process, in their order", () => {
  host.clock = 1000;
  after(30, "second");
  host.clock = 1020;
  after(30, "third");
  after(5, "first");
  // The forked process has a clock of its own.
  host.clock = 0;
  restartTimers();
  assert.equal(host.armed, 5);
  advance(5);
  assert.deepEqual(ran, ["first"]);
  advance(25);
  assert.deepEqual(ran, ["first", "second", "third"]);
});

test("an exception in a timer is the invocation's failure, and the next timers still run", () => {
  keep(
    setTimeout(() => {
      throw new TypeError("in a timer");
    }, 1),
  );
  after(1, "next");
  advance(1);
  assert.deepEqual(ran, ["next"]);
  assert.deepEqual(host.outcomes[0]?.slice(0, 3), ["failed", "runtime", "in a timer"]);
});

test("after the answer an exception goes to the log", () => {
  keep(
    setTimeout(() => {
      throw new TypeError("too late");
    }, 1),
  );
  advance(1);
  assert.deepEqual(host.outcomes, []);
  assert.match(host.log[0]?.[1] ?? "", /Uncaught after the result: TypeError: too late/);
});
