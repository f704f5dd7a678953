"""Verifies audit bundles of Nonevent. Python's standard library only; written from docs/history-format.md.

Usage: verify_bundle.py [--key HEX] [--now MILLISECONDS] BUNDLE...
Prints one JSON object for each bundle. Exits with 0 when all are sound, with 8 when one is not.
It proves that nothing was changed; whether the deployments went by their machine is for Nonevent itself.
"""

import datetime, functools, hashlib, json, re, sys, threading, time

MAX_LINE, FUTURE_MS = 4 * 1024 * 1024, 2 * 60 * 60 * 1000
FORMAT = (
    'Nonevent audit bundle, version 1: one JSON text per line; header, seals, then for each stream its commits and '
    'the proof that the newest seal holds its head, end. Written down in docs/history-format.md of Nonevent.')
TYPES = set("""DeploymentRequested DeploymentStarted StageStarted StageAwaiting StageMeasured StageAttemptFailed StagePassed StageFailed
    StageReused RollbackAdmitted RollbackRefused StopRequested StageUndone UndoFailed DeploymentSucceeded DeploymentFailed
    DeploymentRolledBack DeploymentStuck LeaseRequested LeaseQueueLeft LeaseAcquired LeaseReleased LeaseFreed LiveChanged RevisionCooled FlagChanged SchemaChanged Sealed""".split())
HEX64, KEY, NAME = r'[0-9a-f]{64}', r'(0[23])?[0-9a-f]{64}', r'[a-z][a-z0-9-]{0,49}'
STREAM, ASCII = r'(deployment|environment|pipeline|seal)#[a-z0-9-]{1,100}', r'[\x20-\x7e]{1,200}'

class Bad(Exception): pass
def require(condition, problem):
    if not condition: raise Bad(problem)

# --- Ed25519 (RFC 8032, section 5.1): points are (X, Y, Z, T) in extended coordinates.
P, L = 2**255 - 19, 2**252 + 27742317777372353535851937790883648493
D, ROOT = -121665 * pow(121666, P - 2, P) % P, pow(2, (P - 1) // 4, P)
def add(a, b):
    s, d = (a[1] - a[0]) * (b[1] - b[0]) % P, (a[1] + a[0]) * (b[1] + b[0]) % P
    t, z = 2 * a[3] * b[3] * D % P, 2 * a[2] * b[2] % P
    e, f, g, h = d - s, z - t, z + t, d + s
    return (e * f % P, g * h % P, f * g % P, e * h % P)
def times(n, point, add=add, result=(0, 1, 1, 0)):
    while n > 0:
        result, point, n = add(result, point) if n & 1 else result, add(point, point), n >> 1
    return result
def decompress(data):
    y = int.from_bytes(data, 'little')
    sign, y = y >> 255, y & ((1 << 255) - 1)
    if y >= P: return None
    x2 = (y * y - 1) * pow(D * y * y + 1, P - 2, P) % P
    x = pow(x2, (P + 3) // 8, P)
    if (x * x - x2) % P: x = x * ROOT % P
    if (x * x - x2) % P or (x == 0 and sign): return None
    x = x if x & 1 == sign else P - x
    return (x, y, 1, x * y % P)
def compress(point):
    inverse = pow(point[2], P - 2, P)
    x, y = point[0] * inverse % P, point[1] * inverse % P
    return (y | (x & 1) << 255).to_bytes(32, 'little')
BASE = decompress((4 * pow(5, P - 2, P) % P).to_bytes(32, 'little'))
def signed_25519(text, key, signature):
    a, r, s = decompress(key), signature[:32], int.from_bytes(signature[32:], 'little')
    if a is None or s >= L: return False
    h = int.from_bytes(hashlib.sha512(r + key + text).digest(), 'little') % L
    minus_a = (P - a[0], a[1], a[2], P - a[3])
    return compress(add(times(s, BASE), times(h, minus_a))) == r

# --- ECDSA on P-256 with SHA-256 (FIPS 186-5; SP 800-186, section 3.2.1.3): points are (x, y), or None for the neutral one.
Q, N = 2**256 - 2**224 + 2**192 + 2**96 - 1, 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551
B = 0x5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b
G = (0x6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296,
     0x4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5)
def plus(a, b):
    if a is None or b is None: return a or b
    if a[0] == b[0] and a[1] != b[1]: return None
    slope = (3 * a[0]**2 - 3) * pow(2 * a[1], -1, Q) if a == b else (b[1] - a[1]) * pow(b[0] - a[0], -1, Q)
    x = (slope**2 - a[0] - b[0]) % Q
    return (x, (slope * (a[0] - x) - a[1]) % Q)
def signed_p256(text, key, signature):
    x, r, s = (int.from_bytes(part, 'big') for part in (key[1:], signature[:32], signature[32:]))
    y = pow(x**3 - 3 * x + B, (Q + 1) // 4, Q)
    if x >= Q or (y * y - x**3 + 3 * x - B) % Q or not 0 < r < N or not 0 < s <= N // 2: return False
    h, w = int.from_bytes(hashlib.sha256(text).digest(), 'big'), pow(s, -1, N)
    point = plus(times(h * w % N, G, plus, None), times(r * w % N, (x, y if y % 2 == key[0] % 2 else Q - y), plus, None))
    return point is not None and point[0] % N == r
signed = functools.cache(lambda text, key, signature: (signed_25519 if len(key) == 32 else signed_p256)(text, key, signature))

# --- The format.
def sha256(*parts): return hashlib.sha256(b''.join(parts)).hexdigest()
def netstrings(*fields): return b''.join(b'%d:%s,' % (len(f.encode()), f.encode()) for f in fields)
def canonical(value): return json.dumps(value, sort_keys=True, separators=(',', ':'), ensure_ascii=False)
def parse(written): return json.loads(written, parse_constant=lambda name: require(False, name + ' is no JSON'))
def members(value, *names):
    require(type(value) is dict and set(value) == set(names), 'it has another form: expected %s' % ', '.join(names))
    return [value[name] for name in names]
def text(value, pattern):
    require(type(value) is str and re.fullmatch(pattern, value), 'it has another form: %r' % (value,))
    return value
def whole(value, least, most=10**15 - 1):
    require(type(value) is int and least <= value <= most, 'it has another form: %r' % (value,))
def moment(value):
    text(value, r'[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{3}Z')
    parsed = datetime.datetime.strptime(value, '%Y-%m-%dT%H:%M:%S.%fZ')
    return parsed.replace(tzinfo=datetime.timezone.utc).timestamp() * 1000
def leaf(stream, seq, digest): return sha256(b'\0', netstrings(stream, str(seq), digest))
def node(left, right): return sha256(b'\1', bytes.fromhex(left), bytes.fromhex(right))
def root_of(leaves):
    if len(leaves) < 2: return leaves[0] if leaves else sha256()
    left = 1 << (len(leaves) - 1).bit_length() - 1
    return node(root_of(leaves[:left]), root_of(leaves[left:]))
def root_from(digest, index, size, path):
    if index >= size: return None
    last = size - 1
    for sibling in path:
        if last == 0: return None
        if index & 1 or index == last:
            digest = node(sibling, digest)
            while not index & 1 and index:
                index, last = index >> 1, last >> 1
        else:
            digest = node(digest, sibling)
        index, last = index >> 1, last >> 1
    return digest if last == 0 else None
class Bundle:
    def __init__(self, key, now):
        self.key, self.now, self.lines, self.digest = key, now, 0, hashlib.sha256()
        self.scope = self.seal = self.walk = None
        self.heads, self.adds_up, self.link = {}, False, '0' * 64
        self.last_stream, self.last_index, self.streams, self.ended = '', -1, 0, False
    def take(self, line):
        require(not self.ended, 'expected nothing behind the end line')
        written = line.decode('utf-8')
        value = parse(written)
        require(type(value) is dict and canonical(value) == written, 'it is not written as a bundle writes it')
        canonical(value).encode()
        if self.lines == 0:
            self.header(value)
        else:
            kind = next((name for name in ('seal', 'commit', 'proof', 'end') if name in value), None)
            require(kind is not None and (kind == 'seal' or self.seal), 'expected a seal, commit, proof or end')
            getattr(self, 'take_' + kind)(members(value, kind)[0])
        self.digest.update(line + b'\n')
        self.lines += 1
    def header(self, value):
        version, form, scope, key = members(value, 'bundle', 'format', 'scope', 'publicKey')
        require(type(version) is int and version == 1 and form == FORMAT, 'an unknown version or format')
        kind = scope.get('kind') if type(scope) is dict else None
        if kind == 'deployment':
            text(members(scope, 'kind', 'deployment')[1], r'[0-9a-f]{20}')
        elif kind == 'environment':
            text(members(scope, 'kind', 'environment')[1], NAME)
        elif kind == 'time':
            [moment(value) for value in members(scope, 'kind', 'since', 'until')[1:]]
        else:
            require(kind == 'all' and members(scope, 'kind'), 'an unknown scope')
        require(self.key in (None, text(key, KEY)), 'it names another key')
        self.key, self.scope = key, scope
    def take_seal(self, seal):
        names = ['seal', 'at', 'previous', 'changed', 'streams', 'root', 'publicKey', 'signature']
        number, at, previous, changed, streams, root, key, signature = members(seal, *names)
        whole(number, 1, 2**53 - 1), text(previous, HEX64), whole(streams, 0, 2**53 - 1), text(root, HEX64)
        text(key, KEY), text(signature, r'[0-9a-f]{128}')
        require(type(changed) is list and len(changed) <= 1000, 'it has another form: changed')
        for head in changed:
            stream, seq, digest = members(head, 'stream', 'seq', 'hash')
            text(stream, STREAM), whole(seq, 1, 2**53 - 1), text(digest, HEX64)
        made = moment(at)
        require(self.walk is None and self.streams == 0, 'expected no seal behind commits')
        require(self.seal is None or self.adds_up, 'expected one seal where they do not begin with the first')
        self.adds_up = self.adds_up or self.scope['kind'] == 'all' or number == 1
        if self.adds_up:
            require(number == (self.seal['seal'] if self.seal else 0) + 1, 'expected another seal')
            require(previous == self.link, 'it does not link to the seal before')
        require(key == self.key, 'it is signed with another key')
        said = canonical({name: seal[name] for name in names if name != 'signature'})
        message = netstrings('nonevent/seal/1', said)
        require(signed(message, bytes.fromhex(key), bytes.fromhex(signature)), 'its signature is wrong')
        require(made <= self.now + FUTURE_MS, 'it is from the future')
        if self.adds_up:
            self.add_up(changed, streams, root)
        self.link, self.seal = sha256(netstrings('nonevent/sealed/1', canonical(seal))), seal
    def add_up(self, changed, streams, root):
        before = ''
        for head in changed:
            stream, seq = head['stream'], head['seq']
            require(stream > before and not stream.startswith('seal#'), 'its streams are not in their order')
            require(seq > self.heads.get(stream, (0,))[0], 'it takes something back')
            before, self.heads[stream] = stream, (seq, head['hash'])
        require(streams == len(self.heads), 'it counts other streams')
        require(root == root_of([leaf(name, *self.heads[name]) for name in sorted(self.heads)]), 'its root is wrong')
    def take_commit(self, commit):
        stream, seq, at, identity, prev, digest, body = members(
            commit, 'stream', 'seq', 'at', 'commit', 'prev', 'hash', 'body')
        text(stream, STREAM), whole(seq, 1), text(at, ASCII), text(identity, ASCII)
        text(prev, HEX64), text(digest, HEX64), require(type(body) is str, 'it has another form: body')
        require(not stream.startswith('seal#'), 'a seal is no stream of commits')
        here, last, link = self.walk or (stream, 0, '0' * 64)
        require((stream, seq, prev) == (here, last + 1, link), 'it does not continue %s %d' % (here, last))
        fields = netstrings('nonevent/commit/1', stream, str(seq), at, identity, prev, body)
        require(digest == sha256(fields), 'its hash is wrong')
        events = parse(body)
        require(type(events) is list and events, 'its body is not a list of events')
        for event in events:
            require(type(event) is dict and event.get('type') in TYPES, 'an unknown event type')
            require(type(event.get('v')) in (int, float) and event['v'] == 1, 'an unknown event version')
            require(type(event.get('data')) in (dict, list), 'an event without data')
        self.walk = (stream, seq, digest)
    def take_proof(self, proof):
        stream, seq, digest, index, path = members(proof, 'stream', 'seq', 'hash', 'index', 'path')
        text(stream, STREAM), whole(seq, 1), text(digest, HEX64), whole(index, 0)
        require(type(path) is list and len(path) <= 64 and all(text(one, HEX64) for one in path), 'a wrong path')
        require(self.walk == (stream, seq, digest), 'it proves another head than the one before it')
        require(stream > self.last_stream and index > self.last_index, 'the streams are not in their order')
        found = root_from(leaf(stream, seq, digest), index, self.seal['streams'], path)
        require(found == self.seal['root'], 'its proof does not lead to the root')
        self.walk, self.last_stream, self.last_index, self.streams = None, stream, index, self.streams + 1
    def take_end(self, end):
        lines, digest = members(end, 'lines', 'sha256')
        whole(lines, 1), text(digest, HEX64)
        require(self.walk is None, 'expected the proof of a head')
        everything = self.scope['kind'] == 'all'
        require(self.streams == self.seal['streams'] if everything else self.streams > 0, 'streams are missing')
        if self.scope['kind'] == 'deployment':
            named = 'deployment#' + self.scope['deployment']
            require((self.streams, self.last_stream) == (1, named), 'it holds something else')
        require((lines, digest) == (self.lines, self.digest.hexdigest()), 'other lines are before it')
        self.ended = True
def verify(path, key, now):
    bundle, number = Bundle(key, now), 0
    try:
        with open(path, 'rb') as file:
            while line := file.readline(MAX_LINE + 2):
                number += 1
                require(len(line) - line.endswith(b'\n') <= MAX_LINE, 'it is too long')
                require(line.endswith(b'\n'), 'it is cut off')
                bundle.take(line[:-1])
        number += 1
        require(bundle.ended, 'it ends without its end line')
    except (Bad, ValueError, RecursionError) as problem:
        return {'bundle': path, 'sound': False, 'line': number, 'problem': str(problem)[:200]}
    return {'bundle': path, 'sound': True, 'streams': bundle.streams, 'seal': bundle.seal['seal'], 'key': bundle.key}
def main(arguments):
    options, results = {'--key': None, '--now': time.time() * 1000}, []
    while arguments and arguments[0] in options:
        options[arguments[0]], arguments = arguments[1], arguments[2:]
    for path in arguments:
        results.append(verify(path, options['--key'], float(options['--now'])))
        print(json.dumps(results[-1]))
    return 0 if all(result['sound'] for result in results) else 8

if __name__ == '__main__':
    sys.setrecursionlimit(10**6)
    threading.stack_size(512 * 1024 * 1024)
    codes = []
    thread = threading.Thread(target=lambda: codes.append(main(sys.argv[1:])))
    thread.start()
    thread.join()
    sys.exit(codes[0] if codes else 1)
