// As share_broadcast.wgsl, for parts so long that writing out the loop over the lanes takes too long to compile.
var<private> own: array<vec4f, STREAMED>;
var<private> streamed: array<vec4f, STREAMED>;

fn visit_shared(first: u32) {
  for (var lane = 0u; lane < SHARE; lane++) {
    /* unroll */ for (var w = 0u; w < STREAMED; w++) { streamed[w] = subgroupShuffle(own[w], lane); }
    visit(first + lane);
  }
}

// Makes the part that an invocation has loaded itself, the only one, the streamed one.
fn stream_of(u: u32) {
  /* unroll */ for (var w = 0u; w < STREAMED; w++) { streamed[w] = own[w]; }
}

fn wanted_by_any(wanted: bool) -> bool {
  return subgroupAny(wanted);
}
