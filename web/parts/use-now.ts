import { useEffect, useState } from 'preact/hooks';

/** The time in ISO-8601, anew each second while something runs. */
export function useNow(isRunning: boolean): string {
  const [now, setNow] = useState(() => new Date().toISOString());
  useEffect(() => {
    if (!isRunning) return;
    const timer = setInterval(() => setNow(new Date().toISOString()), 1000);
    return () => clearInterval(timer);
  }, [isRunning]);
  return now;
}
