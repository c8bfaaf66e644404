/** Between the groups of three digits: a narrow space that does not break. */
const thinSpace = '\u202f';

/** `1 234 567`, with narrow spaces. */
export function formatCount(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, thinSpace);
}

/** `0.4 %`; two digits that count, because a small rate of failures is still one. */
export function formatShare(part: number, whole: number): string {
  if (whole === 0) return '–';
  const percent = (100 * part) / whole;
  if (part > 0 && percent < 0.01) return `<${thinSpace}0.01${thinSpace}%`;
  const digits = percent === 0 || percent === 100 ? 0 : percent < 1 ? 2 : percent < 10 ? 1 : 0;
  return `${percent.toFixed(digits)}${thinSpace}%`;
}

const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000];

/** `12 ms`, `1.25 s`, `30 s`, `3 min 20 s`, `5 h 3 min`, `2 d 4 h`. */
export function formatDuration(ms: number): string {
  if (ms < 0) return `−${formatDuration(-ms)}`;
  if (ms < 1) return ms === 0 ? `0${thinSpace}ms` : `${ms.toFixed(1)}${thinSpace}ms`;
  if (Math.round(ms) < second) return `${Math.round(ms)}${thinSpace}ms`;
  if (ms < minute && ms % second === 0) return `${ms / second}${thinSpace}s`;
  if (ms < 59_950) return `${(ms / second).toFixed(ms < 9995 ? 2 : 1)}${thinSpace}s`;
  if (Math.round(ms / second) < 3600) return twoUnits(Math.round(ms / second), 60, 'min', 's');
  if (Math.round(ms / minute) < 48 * 60) return twoUnits(Math.round(ms / minute), 60, 'h', 'min');
  return twoUnits(Math.round(ms / hour), 24, 'd', 'h');
}

function twoUnits(small: number, size: number, large: string, rest: string): string {
  const [whole, part] = [Math.floor(small / size), small % size];
  const head = `${whole}${thinSpace}${large}`;
  return part === 0 ? head : `${head} ${part}${thinSpace}${rest}`;
}

/** `640 B`, `12 kB`, `1.2 MB`. */
export function formatBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes}${thinSpace}B`;
  if (bytes < 999_500) return `${(bytes / 1000).toFixed(bytes < 9950 ? 1 : 0)}${thinSpace}kB`;
  return `${(bytes / 1e6).toFixed(1)}${thinSpace}MB`;
}

/** `now`, `12 s ago`, `in 5 min`, `3 h ago`, `2 d ago`. */
export function formatRelative(atMs: number, nowMs: number): string {
  const distance = Math.abs(nowMs - atMs);
  if (distance < second) return 'now';
  const [size, unit] =
    distance < minute
      ? [second, 's']
      : distance < hour
        ? [minute, 'min']
        : distance < 2 * day
          ? [hour, 'h']
          : [day, 'd'];
  const text = `${Math.floor(distance / Number(size))}${thinSpace}${unit}`;
  return atMs <= nowMs ? `${text} ago` : `in ${text}`;
}

/** The local time to the millisecond: `2026-03-01 07:05:09.012`. */
export function formatAbsolute(atMs: number): string {
  const date = new Date(atMs);
  const two = (value: number) => String(value).padStart(2, '0');
  const milliseconds = String(date.getMilliseconds()).padStart(3, '0');
  return `${formatDay(date)} ${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}.${milliseconds}`;
}

/** `2026-03-01` in local time. */
export function formatDay(date: Date): string {
  const two = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
}

/** `07:05`, or `03-01 07:05` if the day matters; in local time. */
export function formatClock(atMs: number, withDay: boolean): string {
  const text = formatAbsolute(atMs);
  return withDay ? text.slice(5, 16) : text.slice(11, 16);
}

/** `1 task`, `2 tasks`. */
export function plural(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** The beginning of an id, for tables. */
export function shortId(id: string): string {
  return id.length > 13 ? `${id.slice(0, 8)}…` : id;
}

/** A name of a task without its module: `pkg.tasks.add` is `add`. */
export function lastName(task: string): string {
  return task.slice(task.lastIndexOf('.') + 1) || task;
}
