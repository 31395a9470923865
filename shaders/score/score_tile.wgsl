// A workgroup scores USER_TILE users by ITEM_TILE items, of which every invocation holds USERS by 4 QUADS in registers:
// both sides' rows go through workgroup memory, SLAB vec4 of them at a time.
// Header: VECTORS; SLAB; USER_LANES, ITEM_LANES (invocations along users and items) and their product SIZE; USERS, QUADS;
// USER_TILE = USER_LANES x USERS, ITEM_TILE = 4 x ITEM_LANES x QUADS; SLABS = VECTORS / SLAB, rounded up; USER_LOADS,
// ITEM_LOADS = what an invocation loads of a slab. Parts: score_step. The kernel has `users` and `item_rows`, and a
// function `item_row_of(tile, place)`.
// Nested, so that only the lane's number is no constant where they are read, and is checked once. Rows of a vec4's
// number are turned by TURN of it, so that the eight vec4 that are written at a time lie in different banks.
const TURN = 8u / SLAB;
var<workgroup> user_slab: array<array<array<vec4f, USER_LANES>, USERS>, SLAB>;
var<workgroup> item_slab: array<array<array<array<vec4f, 4>, ITEM_LANES>, QUADS>, SLAB>;
// Where the rows of this invocation's part of the users' slabs start.
var<private> own_users: array<u32, USER_LOADS>;
// What is loaded while the slab before it is in use.
var<private> next_users: array<vec4f, USER_LOADS>;
var<private> next_items: array<vec4f, ITEM_LOADS>;
// Scores of user r with the items of quad q: score[q * USERS + r].
var<private> score: array<vec4f, QUADS * USERS>;

fn load_users(slab: u32, lane: u32) {
  /* unroll */ for (var j = 0u; j < USER_LOADS; j++) {
    let v = slab * SLAB + (lane + j * SIZE) % SLAB;
    next_users[j] = select(vec4f(), users[own_users[j] + min(v, VECTORS - 1u)], v < VECTORS);
  }
}

fn load_items(tile: u32, slab: u32, lane: u32) {
  /* unroll */ for (var j = 0u; j < ITEM_LOADS; j++) {
    let part = lane + j * SIZE;
    let v = slab * SLAB + part % SLAB;
    let row = item_row_of(tile, min(part / SLAB, ITEM_TILE - 1u));
    next_items[j] = select(vec4f(), item_rows[row * VECTORS + min(v, VECTORS - 1u)], v < VECTORS);
  }
}

fn store_users(lane: u32) {
  /* unroll */ for (var j = 0u; j < USER_LOADS; j++) {
    let part = lane + j * SIZE;
    let place = part / SLAB;
    let v = part % SLAB;
    if (place < USER_TILE) {
      user_slab[v][place / USER_LANES][(place + v * TURN) % USER_LANES] = next_users[j];
    }
  }
}

fn store_items(lane: u32) {
  /* unroll */ for (var j = 0u; j < ITEM_LOADS; j++) {
    let part = lane + j * SIZE;
    let place = part / SLAB;
    let v = part % SLAB;
    let turned = place + v * TURN;
    if (place < ITEM_TILE) {
      item_slab[v][place / (4u * ITEM_LANES)][turned / 4u % ITEM_LANES][turned % 4u] = next_items[j];
    }
  }
}

fn multiply_slabs(user_lane: u32, item_lane: u32) {
  /* unroll */ for (var v = 0u; v < SLAB; v++) {
    var right: array<vec4f, QUADS * 4>;
    /* unroll */ for (var q = 0u; q < QUADS; q++) {
      /* unroll */ for (var c = 0u; c < 4u; c++) {
        right[q * 4u + c] = item_slab[v][q][(item_lane + (c + v * TURN) / 4u) % ITEM_LANES][(c + v * TURN) % 4u];
      }
    }
    /* unroll */ for (var r = 0u; r < USERS; r++) {
      let left = user_slab[v][r][(user_lane + v * TURN) % USER_LANES];
      /* unroll */ for (var q = 0u; q < QUADS; q++) {
        /* unroll */ for (var c = 0u; c < 4u; c++) {
          score[q * USERS + r][c] = score_step(score[q * USERS + r][c], left, right[q * 4u + c]);
        }
      }
    }
  }
}

// Loads the first slabs; `own_users` are set.
fn start_tiles(tile: u32, lane: u32) {
  load_users(0u, lane);
  load_items(tile, 0u, lane);
}

// Scores tile `tile`, after start_tiles or the tile before; `next` is the tile that follows, or any.
fn score_tile(tile: u32, next: u32, is_first: bool, lane: u32) {
  /* unroll */ for (var s = 0u; s < QUADS; s++) {
    /* unroll */ for (var r = 0u; r < USERS; r++) { score[s * USERS + r] = vec4f(); }
  }
  for (var slab = 0u; slab < SLABS; slab++) {
    workgroupBarrier();
    // Rows of a single slab stay where they are.
    if (SLABS > 1u || is_first) { store_users(lane); }
    store_items(lane);
    workgroupBarrier();
    let last = slab + 1u == SLABS;
    let following = select(slab + 1u, 0u, last);
    if (SLABS > 1u) { load_users(following, lane); }
    load_items(select(tile, next, last), following, lane);
    multiply_slabs(lane % USER_LANES, lane / USER_LANES);
  }
}
