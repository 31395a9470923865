// As share_broadcast.wgsl, where every invocation loads all it needs itself. Header: SHARE is 1.
var<private> own: array<vec4f, STREAMED>;
var<private> streamed: array<vec4f, STREAMED>;

fn visit_shared(first: u32) {
  /* unroll */ for (var w = 0u; w < STREAMED; w++) { streamed[w] = own[w]; }
  visit(first);
}

fn wanted_by_any(wanted: bool) -> bool {
  return wanted;
}
