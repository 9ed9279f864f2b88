/** `performance`, on the invocation's own clock: each forked process has its own time origin. */

import { core } from "ext:core/mod.js";
import { op_clock, op_clock_origin } from "ext:core/ops";

const { EventTarget } = core.loadExtScript("ext:deno_web/02_event.js");

interface Entry {
  readonly name: string;
  readonly entryType: "mark" | "measure";
  readonly startTime: number;
  readonly duration: number;
  readonly detail: unknown;
}

interface MarkOptions {
  startTime?: number;
  detail?: unknown;
}

interface MeasureOptions {
  start?: string | number;
  end?: string | number;
  duration?: number;
  detail?: unknown;
}

let entries: Entry[] = [];

class PerformanceEntry implements Entry {
  readonly name: string;
  readonly entryType: "mark" | "measure";
  readonly startTime: number;
  readonly duration: number;
  readonly detail: unknown;

  constructor(entry: Entry) {
    this.name = entry.name;
    this.entryType = entry.entryType;
    this.startTime = entry.startTime;
    this.duration = entry.duration;
    this.detail = entry.detail;
  }

  toJSON(): Entry {
    const { name, entryType, startTime, duration, detail } = this;
    return { name, entryType, startTime, duration, detail };
  }
}

function keep(entry: Entry): PerformanceEntry {
  const kept = new PerformanceEntry(entry);
  entries.push(kept);
  entries.sort((one, other) => one.startTime - other.startTime);
  return kept;
}

/** When something was: a number as it is, a name as the last mark of that name. */
function moment(when: string | number): number {
  if (typeof when === "number") return when;
  const mark = entries.findLast((entry) => entry.entryType === "mark" && entry.name === when);
  if (mark !== undefined) return mark.startTime;
  throw new DOMException(`there is no mark named '${when}'`, "SyntaxError");
}

/** The class of `performance`. */
class Performance extends EventTarget {
  now(): number {
    return op_clock();
  }

  get timeOrigin(): number {
    return op_clock_origin();
  }

  toJSON(): { timeOrigin: number } {
    return { timeOrigin: op_clock_origin() };
  }

  mark(name: string, options: MarkOptions = {}): PerformanceEntry {
    const startTime = options.startTime ?? op_clock();
    const detail = options.detail ?? null;
    return keep({ name: String(name), entryType: "mark", startTime, duration: 0, detail });
  }

  measure(name: string, start?: string | MeasureOptions, endMark?: string): PerformanceEntry {
    const options: MeasureOptions =
      typeof start === "object" && start !== null
        ? start
        : { ...(start !== undefined && { start }) };
    const end = endMark ?? options.end;
    const { duration } = options;
    let from = options.start === undefined ? 0 : moment(options.start);
    let to = end === undefined ? op_clock() : moment(end);
    if (duration !== undefined) {
      if (options.start === undefined && end !== undefined) from = to - duration;
      else to = from + duration;
    }
    const detail = options.detail ?? null;
    const measured = { startTime: from, duration: to - from, detail };
    return keep({ name: String(name), entryType: "measure", ...measured });
  }

  clearMarks(name?: string): void {
    clear("mark", name);
  }

  clearMeasures(name?: string): void {
    clear("measure", name);
  }

  getEntries(): Entry[] {
    return [...entries];
  }

  getEntriesByType(type: string): Entry[] {
    return entries.filter((entry) => entry.entryType === type);
  }

  getEntriesByName(name: string, type?: string): Entry[] {
    return entries.filter(
      (entry) => entry.name === name && (type === undefined || entry.entryType === type),
    );
  }
}

function clear(type: Entry["entryType"], name: string | undefined): void {
  entries = entries.filter(
    (entry) => entry.entryType !== type || (name !== undefined && entry.name !== name),
  );
}

/** Forgets what module-level code marked: it was on another clock. */
export function resetPerformance(): void {
  entries = [];
}

/** The global. */
export const performance = new Performance();
export { Performance, PerformanceEntry };
