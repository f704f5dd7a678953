/** A span for people: `340ms`, `2.1s`, `1m 04s`, `2h 05m`. */
export function span(milliseconds: number): string {
  const whole = Math.max(0, Math.round(milliseconds));
  if (whole < 1000) return `${whole}ms`;
  if (whole < 59_950) return `${(whole / 1000).toFixed(1)}s`;
  const seconds = Math.round(whole / 1000);
  if (seconds < 3600) return `${Math.floor(seconds / 60)}m ${twoDigits(seconds % 60)}s`;
  const minutes = Math.floor(seconds / 60);
  return `${Math.floor(minutes / 60)}h ${twoDigits(minutes % 60)}m`;
}

/** The time between two ISO-8601 times in milliseconds; never negative, since clocks may disagree. */
export function between(from: string, to: string): number {
  return Math.max(0, Date.parse(to) - Date.parse(from));
}

/** The time of day of an ISO-8601 time, in UTC: `04:12:09`. */
export function timeOfDay(at: string): string {
  return new Date(at).toISOString().slice(11, 19);
}

/** Date and time in UTC: `2026-11-23 04:12:09Z`. */
export function dateAndTime(at: string): string {
  return new Date(at).toISOString().slice(0, 19).replace('T', ' ').concat('Z');
}

/** A span of seconds as it is written in a pipeline file: `500ms`, `10s`, `2m`, `1h`. */
export function writtenDuration(seconds: number): string {
  if (seconds < 1) return `${Math.round(seconds * 1000)}ms`;
  if (seconds % 3600 === 0) return `${seconds / 3600}h`;
  if (seconds % 60 === 0) return `${seconds / 60}m`;
  return `${seconds}s`;
}

function twoDigits(count: number): string {
  return String(count).padStart(2, '0');
}
