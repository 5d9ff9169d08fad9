import Testing

/// The import rules of the architecture, read from the sources themselves: a dependency that
/// Package.swift allows by accident still fails here.
@Suite("Import rules")
struct ImportRuleTests {
    /// Farthing's own modules, and which of them each may import.
    static let allowed: [String: Set<String>] = [
        "Money": [],
        "CanonicalJSON": [],
        "Contracts": ["CanonicalJSON", "Money"],
        "Postgres": ["CPostgres"],
        "Kafka": ["CKafka"],
        "Outbox": ["Contracts", "Postgres"],
        "Saga": ["CanonicalJSON", "Contracts", "Postgres", "Outbox"],
        "Audit": [],
        "ServiceHost": ["Audit", "CanonicalJSON", "Contracts", "Postgres", "Kafka", "Outbox"],
        "LocalStack": ["Audit", "Contracts", "Postgres", "Kafka"],
        "Payment": [
            "CanonicalJSON", "Money", "Contracts", "Postgres", "Outbox", "Saga", "ServiceHost",
        ],
        "Billing": ["Money", "Contracts", "Postgres", "Outbox", "ServiceHost"],
        "Ledger": [
            "CanonicalJSON", "Money", "Contracts", "Postgres", "Outbox", "ServiceHost",
        ],
        "Relay": ["Contracts", "Postgres", "Kafka", "Outbox", "ServiceHost"],
        "Farthing": [
            "Audit", "Money", "Contracts", "Postgres", "Kafka", "Outbox", "LocalStack",
            "ServiceHost",
        ],
    ]

    static let ours = Set(allowed.keys).union(["CPostgres", "CKafka"])

    @Test(
        "a module imports only those below it",
        arguments: SourceTree.swiftFiles.filter { !$0.isTest })
    func layering(file: SourceFile) throws {
        let allowed = try #require(
            Self.allowed[file.module], "\(file.module) is not a module of the layout")
        let forbidden = file.imports.intersection(Self.ours).subtracting(allowed)
        #expect(forbidden.isEmpty, "\(file) must not import \(forbidden.sorted())")
    }

    @Test("Hummingbird is imported only by ServiceHost and the services")
    func hummingbird() {
        let rooms: Set<String> = ["ServiceHost", "Payment", "Billing", "Ledger", "Relay"]
        for file in SourceTree.swiftFiles where !file.isTest && !rooms.contains(file.module) {
            #expect(!file.imports.contains { $0.hasPrefix("Hummingbird") }, "\(file)")
        }
    }

    /// What a pure file may import: values, no I/O, no clock.
    @Test("the pure cores import nothing that touches the world")
    func purity() {
        let pure: [(prefix: String, imports: Set<String>)] = [
            ("Shared/Money/", []),
            ("Shared/CanonicalJSON/", ["FoundationEssentials"]),
            // Hashes and keys, and the base64 that they are written in.
            ("Shared/Audit/Log/", ["Crypto", "FoundationEssentials"]),
            ("Shared/Saga/Engine/", ["Contracts"]),
            ("Shared/Postgres/PgOutput", []),
            ("Services/Ledger/Posting/", ["Contracts", "Money"]),
        ]
        for (prefix, allowed) in pure {
            let files = SourceTree.swiftFiles.filter { $0.path.hasPrefix(prefix) }
            #expect(!files.isEmpty, "nothing is at \(prefix)")
            for file in files {
                #expect(file.imports.subtracting(allowed).isEmpty, "\(file) is meant to be pure")
            }
        }
    }

    @Test("no file near money knows floating point")
    func noFloatingPoint() {
        let rooms: Set<String> = ["Money", "Contracts", "Ledger", "Billing", "Payment"]
        for file in SourceTree.swiftFiles where !file.isTest && rooms.contains(file.module) {
            for (number, line) in file.code
            where line.contains(/\b(Double|Float|Decimal|CGFloat)\b/) {
                Issue.record("\(file):\(number): floating point: \(line)")
            }
        }
    }
}
