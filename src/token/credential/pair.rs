//! Whether a certificate and a key belong together: the certificate holds the modulus of the key.

/// The shortest modulus that is taken for one, in bytes.
const SHORTEST: usize = 64;

/// Returns the modulus of an RSA key in PKCS#1 form, as its DER integer holds it. It is no secret.
pub(super) fn modulus(pkcs1: &[u8]) -> Option<&[u8]> {
    let (0x30, inside, _) = element(pkcs1)? else {
        return None;
    };
    let (0x02, _version, rest) = element(inside)? else {
        return None;
    };
    let (0x02, modulus, _) = element(rest)? else {
        return None;
    };
    (modulus.len() >= SHORTEST).then_some(modulus)
}

/// Returns whether a certificate is of the key with this modulus. Nothing else in it is as long and as random.
pub(super) fn is_of(certificate: &[u8], modulus: &[u8]) -> bool {
    let mut windows = certificate.windows(modulus.len().max(SHORTEST));
    windows.any(|window| window == modulus)
}

/// The first element of DER: its tag, its content, and what follows it.
fn element(der: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = der.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        0..=0x7f => (usize::from(*first), rest),
        0x81..=0x83 => {
            let (bytes, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            let length = bytes
                .iter()
                .fold(0, |length, byte| (length << 8) | usize::from(*byte));
            (length, rest)
        }
        _ => return None,
    };
    let (content, after) = rest.split_at_checked(length)?;
    Some((*tag, content, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(modulus: &[u8]) -> Vec<u8> {
        let length = u8::try_from(modulus.len()).unwrap();
        let head = [0x30, 0x81, length + 6, 2, 1, 0, 2, 0x81, length];
        [&head[..], modulus].concat()
    }

    #[test]
    fn a_modulus_is_found_in_its_certificate_alone() {
        let number: Vec<u8> = (0..128).collect();
        let key = key(&number);
        let found = modulus(&key).unwrap();
        assert_eq!(found, number);
        assert!(is_of(&[&[9; 7][..], &number, &[9]].concat(), found));
        assert!(!is_of(&[9; 500], found) && !is_of(&[], found));
    }

    #[test]
    fn what_is_no_key_has_none() {
        let whole = key(&(0..128).collect::<Vec<u8>>());
        for length in 0..whole.len() {
            assert_eq!(modulus(&whole[..length]), None);
        }
        assert_eq!(modulus(&key(&[1; 8])), None);
        assert_eq!(modulus(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]), None);
        assert!(!is_of(&[0; 8], &[]));
    }
}
