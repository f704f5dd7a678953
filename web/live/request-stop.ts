export type StopAnswer = { readonly ok: boolean; readonly text: string };

const TEXT_OF_RESULT: Readonly<Record<string, string>> = {
  requested: 'Stop requested. What was changed is being undone.',
  'already requested': 'A stop was already requested.',
  'too late': 'Too late: it had come to its end, so nothing was stopped.',
};

/** Asks the system to stop a deployment: the one thing on this page that changes anything. */
export async function requestStop(deployment: string, reason: string, token: string): Promise<StopAnswer> {
  try {
    const response = await fetch(`/api/deployments/${encodeURIComponent(deployment)}/stop`, {
      method: 'POST',
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      body: JSON.stringify({ reason }),
    });
    const body = (await response.json()) as { result?: string; error?: { message?: string } };
    if (response.ok) return { ok: true, text: TEXT_OF_RESULT[body.result ?? ''] ?? 'Stop requested.' };
    return { ok: false, text: body.error?.message ?? `The system answered ${response.status}.` };
  } catch {
    return { ok: false, text: 'The system did not answer. Nothing may have been stopped: try again.' };
  }
}
