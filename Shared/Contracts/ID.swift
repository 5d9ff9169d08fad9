public import FoundationEssentials

/// What an id identifies: gives the prefix that makes a mixed-up id visible at a glance.
public protocol IDSubject: Sendable {
    /// Lower-case letters before the underscore, for example `pay`.
    static var prefix: String { get }
}

/// A typed id: `pay_0190163d-8694-739b-aea5-966c26f8ad91`.
///
/// A prefix for people, a UUIDv7 for machines. The type keeps a `HoldID` from being passed where
/// an `AccountID` is meant; in databases only the UUID is stored.
public struct ID<Subject: IDSubject>: Hashable, Sendable, CustomStringConvertible {
    public let uuid: UUID

    /// A new id.
    public init() { self.uuid = UUIDv7.next() }

    /// The id that a database row holds.
    public init(_ uuid: UUID) { self.uuid = uuid }

    /// Reads the written form; `nil` if the prefix or the UUID is not right.
    public init?(_ text: some StringProtocol) {
        let read = text.utf8.withContiguousStorageIfAvailable { Self.read($0) }
        guard let uuid = read ?? Array(text.utf8).withUnsafeBufferPointer({ Self.read($0) }) else {
            return nil
        }
        self.uuid = uuid
    }

    private static func read(_ text: UnsafeBufferPointer<UInt8>) -> UUID? {
        var prefix = Subject.prefix
        let digits = prefix.withUTF8 { prefix in
            let count = prefix.count
            let isRight =
                text.starts(with: prefix) && text.count > count && text[count] == UInt8(ascii: "_")
            return isRight ? UnsafeBufferPointer(rebasing: text[(count + 1)...]) : nil
        }
        return digits.flatMap { UUID(text: $0) }
    }

    public var description: String { uuid.written(after: Subject.prefix + "_") }
}

extension ID: Codable {
    /// Reads the written form; throws `DecodingError.dataCorrupted` for anything else.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        var text = try container.decode(String.self)
        guard let uuid = text.withUTF8(Self.read) else {
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "'\(text)' is not an id with prefix '\(Subject.prefix)_'")
        }
        self.uuid = uuid
    }

    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(description)
    }
}

public enum PaymentSubject: IDSubject { public static let prefix = "pay" }
public enum RefundSubject: IDSubject { public static let prefix = "ref" }
public enum InvoiceSubject: IDSubject { public static let prefix = "inv" }
public enum CreditNoteSubject: IDSubject { public static let prefix = "cn" }
public enum CustomerSubject: IDSubject { public static let prefix = "cus" }
public enum FeePlanSubject: IDSubject { public static let prefix = "fee" }
public enum AccountSubject: IDSubject { public static let prefix = "acct" }
public enum TransferSubject: IDSubject { public static let prefix = "txn" }
public enum HoldSubject: IDSubject { public static let prefix = "hold" }
public enum SagaSubject: IDSubject { public static let prefix = "saga" }

public typealias PaymentID = ID<PaymentSubject>
public typealias RefundID = ID<RefundSubject>
public typealias InvoiceID = ID<InvoiceSubject>
public typealias CreditNoteID = ID<CreditNoteSubject>
public typealias CustomerID = ID<CustomerSubject>
public typealias FeePlanID = ID<FeePlanSubject>
public typealias AccountID = ID<AccountSubject>
public typealias TransferID = ID<TransferSubject>
public typealias HoldID = ID<HoldSubject>
public typealias SagaID = ID<SagaSubject>
