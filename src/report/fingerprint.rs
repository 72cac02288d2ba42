//! What makes a finding the same one in the next run: not its place in the text, nor its words.

use super::FindingReport;

/// A stable number of a finding, as 16 hexadecimal digits: that of its policy, rule, capability and scenario. Moving
/// or rewording the model does not change it.
///
/// This is FNV-1a over 64 bits: short, the same on every machine and in every version, and two of the at most 25,000
/// findings that anybody shows together share one with a chance of one in 50 thousand million.
pub fn fingerprint(finding: &FindingReport) -> String {
    const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
    const PRIME: u64 = 0x0000_0100_0000_01b3;
    let parts = [
        finding.policy.as_str(),
        finding.rule,
        finding.capability.as_deref().unwrap_or_default(),
        finding.class.as_str(),
        finding.scenario.as_deref().unwrap_or_default(),
    ];
    // No text holds a byte 0xFF, so that parts cannot run into each other.
    let bytes = parts.iter().flat_map(|part| part.bytes().chain([0xFF]));
    let hash = bytes.fold(OFFSET, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(PRIME));
    format!("{hash:016x}")
}
