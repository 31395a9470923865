// As share_broadcast.wgsl, for parts so long that writing out the loop over the lanes takes too long to compile.
var<private> own: array<vec4f, STREAMED>;
var<private> own_extra: vec2u;
var<private> streamed: array<vec4f, STREAMED>;

fn keep_extra(u: u32, extra: vec2u) {
  own_extra = extra;
}

fn extra_of(u: u32) -> vec2u {
  return own_extra;
}

fn visit_shared(first: u32) {
  for (var lane = 0u; lane < SHARE; lane++) {
    /* unroll */ for (var w = 0u; w < STREAMED; w++) { streamed[w] = subgroupShuffle(own[w], lane); }
    visit(first + lane, subgroupShuffle(own_extra, lane));
  }
}

// Makes the part that an invocation has loaded itself, the only one, the streamed one.
fn stream_of(u: u32) {
  /* unroll */ for (var w = 0u; w < STREAMED; w++) { streamed[w] = own[w]; }
}

fn wanted_by_any(wanted: bool) -> bool {
  return subgroupAny(wanted);
}
