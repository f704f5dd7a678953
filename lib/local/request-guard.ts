import type { IncomingMessage } from 'node:http';

/**
 * Why a request to a loopback endpoint is refused; `undefined` when it is welcome. A page in a browser reaches loopback
 * ports too: by a name that is bound anew to 127.0.0.1 (foreign Host) or by a request across origins (any Origin).
 * The token keeps out other users of the machine, and other systems that got a port that was ours.
 */
export function refusalOf(request: IncomingMessage, token: string): string | undefined {
  const port = request.socket.localPort;
  const { host, origin, authorization } = request.headers;
  if (host !== `127.0.0.1:${port}` && host !== `localhost:${port}`)
    return `host ${host ?? '(none)'} is not served here`;
  if (origin !== undefined) return 'requests from web pages are not served here';
  if (request.method === 'GET') return undefined;
  return accessKeyOf(authorization) === token ? undefined : 'the access key is not that of this local system';
}

/** The access key in a signature of version 4. The signature itself proves nothing more here. */
function accessKeyOf(authorization: string | undefined): string | undefined {
  return /^AWS4-HMAC-SHA256 Credential=([^/,\s]+)\//.exec(authorization ?? '')?.[1];
}
