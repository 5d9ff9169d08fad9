import FoundationEssentials
import ServiceHost

/// The times that the ledger keeps: those that a `Date` holds to the microsecond, and that money
/// may sensibly move at.
enum LedgerTime {
    /// 1900-01-01 until 2200-01-01.
    private static let range =
        Date(timeIntervalSince1970: -2_208_988_800)...Date(timeIntervalSince1970: 7_258_118_400)

    /// Throws 400 `invalid-field` for a time outside.
    static func check(_ time: Date?, _ field: String) throws(Problem) {
        guard let time else { return }
        guard range.contains(time) else {
            throw .invalidField(field, "It must lie between the years 1900 and 2200.")
        }
    }

    /// The nearest time inside: as the end of an interval it means the same.
    static func clamped(_ time: Date) -> Date {
        min(max(time, range.lowerBound), range.upperBound)
    }
}
