import CanonicalJSON

/// An amount of money in a request: minor units, 1…99,999,999,999,999 (DESIGN §4).
///
/// Anything else, be it a string, a fraction or a null, is 400 `invalid-amount`.
public struct Amount: Codable, Hashable, Sendable {
    /// The largest amount of one movement.
    public static let maximum: Int64 = 99_999_999_999_999

    public let minorUnits: Int64

    /// Throws 400 `invalid-amount`.
    public init(
        _ minorUnits: Int64, field: @autoclosure () -> String = "amount"
    ) throws(Problem) {
        guard (1...Amount.maximum).contains(minorUnits) else { throw .invalidAmount(field()) }
        self.minorUnits = minorUnits
    }

    public init(from decoder: any Decoder) throws {
        guard let value = try? decoder.singleValueContainer().decode(Int64.self) else {
            throw Problem.invalidAmount(FieldPath.text(decoder.codingPath))
        }
        try self.init(value, field: FieldPath.text(decoder.codingPath))
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(minorUnits)
    }
}

extension Problem {
    /// 400: not an integer of minor units between 1 and 99,999,999,999,999.
    public static func invalidAmount(_ field: String) -> Problem {
        .badRequest(
            code: HostCode.invalidAmount,
            detail: "It must be an integer of minor units between 1 and \(Amount.maximum).",
            field: field)
    }
}
