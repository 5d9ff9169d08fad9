/// An amount of one currency, counted in its minor units (cents, pence, yen).
///
/// The only way to write money in Farthing. There is no floating point, no implicit conversion
/// between currencies and no overflow: each of those is an error or does not compile.
public struct Money: Hashable, Sendable, Codable {
    /// Whole minor units; negative where a difference or a correction is meant.
    public let minorUnits: Int64
    public let currency: Currency

    /// The largest amount of one payment, transfer or hold, as card processors limit it.
    public static let maximumAmount: Int64 = 99_999_999_999_999

    public init(_ minorUnits: Int64, _ currency: Currency) {
        self.minorUnits = minorUnits
        self.currency = currency
    }
}
