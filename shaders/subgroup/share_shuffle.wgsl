// As share_broadcast.wgsl, for parts so long that writing out the loop over the lanes takes too long to compile.
var<private> own: array<vec4f, STREAMED>;
var<private> own_extra: vec2u;
var<private> streamed: array<vec4f, STREAMED>;

fn keep_extra(u: u32, extra: vec2u) {
  own_extra = extra;
}

fn visit_shared(first: u32) {
  for (var lane = 0u; lane < SHARE; lane++) {
    /* unroll */ for (var w = 0u; w < STREAMED; w++) { streamed[w] = subgroupShuffle(own[w], lane); }
    visit(first + lane, subgroupShuffle(own_extra, lane));
  }
}

// The first of the invocations for which it is true, 0xffffffff if there is none.
fn first_with(wanted: bool) -> u32 {
  return firstTrailingBit(subgroupBallot(wanted).x);
}

fn number_of(lane: u32, number: u32) -> u32 {
  return subgroupShuffle(number, lane);
}

// Makes the part that an invocation has loaded the streamed one of all.
fn stream_of(lane: u32) {
  /* unroll */ for (var w = 0u; w < STREAMED; w++) { streamed[w] = subgroupShuffle(own[w], lane); }
}

fn wanted_by_any(wanted: bool) -> bool {
  return subgroupAny(wanted);
}
