/** Whether a failed request to a service may succeed when it is sent again: throttling, a fault of the service, a broken connection. */
export function isPassing(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  if (thrown.name === 'AbortError') return false;
  if (/Throttl|TooManyRequests|LimitExceeded/.test(thrown.name)) return true;
  const status = statusOf(thrown);
  return status === undefined ? 'code' in thrown || thrown.name === 'TimeoutError' : status >= 500;
}

function statusOf(thrown: Error): number | undefined {
  if (!('$metadata' in thrown)) return undefined;
  return (thrown.$metadata as { readonly httpStatusCode?: number }).httpStatusCode;
}
