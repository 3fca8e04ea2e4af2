//! Products of two amounts, divided by a third.

/// Bits of a digit in [`divided_product`]: four digits make an amount, and a remainder shifted by
/// one digit still leaves room for a product in 128 bits.
const DIGIT: u32 = 24;

/// ⌊`a`·`b`/`d`⌋ and the remainder, for `a` ≤ `d` and all below 2⁹⁶; `None` otherwise, and where
/// `d` is zero. The product has up to 192 bits.
pub(crate) fn divided_product(a: u128, b: u128, d: u128) -> Option<(u128, u128)> {
    if d == 0 || a > d || (b | d) >> 96 != 0 {
        return None;
    }
    if let Some(product) = a.checked_mul(b) {
        return Some((product / d, product % d));
    }
    // Schoolbook, b's highest digit first: the remainder is below 2^96 and the digit below 2^24.
    let (mut quotient, mut rest) = (0, 0);
    for place in (0..4).rev() {
        let digit = b >> (DIGIT * place) & ((1 << DIGIT) - 1);
        let part = (rest << DIGIT) + a * digit;
        quotient = (quotient << DIGIT) + part / d;
        rest = part % d;
    }
    Some((quotient, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotient_and_remainder_give_the_product_back() {
        const M: u128 = (1 << 96) - 1;
        let mut seed = 7_u128;
        let mut random = || {
            seed = seed.wrapping_mul(0x2360_ED05_1FC6_5DA4_4385_DF64_9FCC_F645).wrapping_add(1);
            (seed >> 20) & M
        };
        for _ in 0..10_000 {
            let (b, d) = (random(), random().max(1));
            let a = random() % (d + 1);
            let (q, r) = divided_product(a, b, d).unwrap();
            assert!(r < d && q <= b);
            // Compared in two moduli, whose product is beyond the range of both sides.
            assert_eq!(a.wrapping_mul(b), q.wrapping_mul(d).wrapping_add(r));
            let p = (1 << 61) - 1;
            assert_eq!((a % p) * (b % p) % p, ((q % p) * (d % p) + r % p) % p);
        }
        assert_eq!(divided_product(M, M, M), Some((M, 0)));
        assert_eq!(divided_product(M - 1, M, M), Some((M - 1, 0)));
        assert_eq!(divided_product(1, 1, 0), None);
        assert_eq!(divided_product(2, 1, 1), None);
        assert_eq!(divided_product(0, M + 1, 1), None);
    }
}
