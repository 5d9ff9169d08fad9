import FoundationEssentials

/// What one needs to know to use a running stack: the contents of `.farthing/stack.env`.
public struct StackEnvironment: Equatable, Sendable {
    public var paymentURL: String
    public var billingURL: String
    public var ledgerURL: String
    /// A development token with every scope.
    public var token: String
    /// libpq URL of each database's owner.
    public var paymentDatabase: String
    public var billingDatabase: String
    public var ledgerDatabase: String
    /// Bootstrap servers.
    public var kafka: String
    /// The directory with one `NAME.pid` per process.
    public var pids: String
    /// The directory with the public keys of the sealed audit trails, see `AuditKeys`.
    public var auditKeys: String

    private typealias Field = any WritableKeyPath<Self, String> & Sendable

    private static let fields: [(name: String, path: Field)] = [
        ("FARTHING_PAYMENT_URL", \.paymentURL),
        ("FARTHING_BILLING_URL", \.billingURL),
        ("FARTHING_LEDGER_URL", \.ledgerURL),
        ("FARTHING_TOKEN", \.token),
        ("FARTHING_PAYMENT_DB", \.paymentDatabase),
        ("FARTHING_BILLING_DB", \.billingDatabase),
        ("FARTHING_LEDGER_DB", \.ledgerDatabase),
        ("FARTHING_KAFKA", \.kafka),
        ("FARTHING_PIDS", \.pids),
        ("FARTHING_AUDIT_KEYS", \.auditKeys),
    ]

    init() {
        paymentURL = ""
        billingURL = ""
        ledgerURL = ""
        token = ""
        paymentDatabase = ""
        billingDatabase = ""
        ledgerDatabase = ""
        kafka = ""
        pids = ""
        auditKeys = ""
    }

    /// As a shell sources it: one assignment a line, then one `export` of them all.
    public var fileText: String {
        let assignments = Self.fields.map { "\($0.name)=\(Self.quoted(self[keyPath: $0.path]))" }
        let export = "export " + Self.fields.map(\.name).joined(separator: " ")
        return (assignments + [export]).joined(separator: "\n") + "\n"
    }

    /// Reads what `fileText` wrote. Throws `LocalStackError.invalid` naming what is missing.
    public init(fileText: String) throws {
        self.init()
        var values: [String: String] = [:]
        for line in fileText.split(separator: "\n") {
            let parts = line.split(separator: "=", maxSplits: 1)
            if parts.count == 2 { values[String(parts[0])] = Self.unquoted(parts[1]) }
        }
        for (name, path) in Self.fields {
            guard let value = values[name] else {
                throw LocalStackError(.invalid, "stack.env has no \(name)")
            }
            self[keyPath: path] = value
        }
    }

    /// Reads the file. Throws `LocalStackError.missing` if no stack has written it.
    public init(file path: String) throws {
        guard let bytes = readWholeFile(path) else {
            throw LocalStackError(.missing, "no running stack: there is no \(path)")
        }
        try self.init(fileText: String(decoding: bytes, as: UTF8.self))
    }

    /// Replaces the file, all or nothing, readable by its owner only.
    public func write(to path: String) throws {
        try PrivateFile.write(fileText, to: path)
    }

    private static func quoted(_ value: String) -> String {
        let isPlain = value.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"):
                true
            default: "-_./:@,%+=".utf8.contains(byte)
            }
        }
        return isPlain ? value : "'" + value.replacing("'", with: #"'\''"#) + "'"
    }

    private static func unquoted(_ text: Substring) -> String {
        guard text.count >= 2, text.first == "'", text.last == "'" else { return String(text) }
        return String(text.dropFirst().dropLast()).replacing(#"'\''"#, with: "'")
    }
}
