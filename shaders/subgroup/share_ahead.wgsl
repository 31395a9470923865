// As share_broadcast.wgsl, where every invocation loads all it needs itself, AHEAD parts before it uses the first: the
// more loads are under way, the less they are waited for. Part u stands at own[u * STREAMED].
var<private> own: array<vec4f, AHEAD * STREAMED>;
var<private> streamed: array<vec4f, STREAMED>;

fn visit_shared(first: u32) {
  /* unroll */ for (var u = 0u; u < AHEAD; u++) {
    /* unroll */ for (var w = 0u; w < STREAMED; w++) { streamed[w] = own[u * STREAMED + w]; }
    visit(first + u);
  }
}

fn stream_of(u: u32) {
  /* unroll */ for (var w = 0u; w < STREAMED; w++) { streamed[w] = own[u * STREAMED + w]; }
}

fn wanted_by_any(wanted: bool) -> bool {
  return wanted;
}
