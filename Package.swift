// swift-tools-version: 6.2

import PackageDescription

// Farthing: a payments core. The layout is the architecture; Tests/TidyTests enforces who may
// import whom, so the dependency lists below are the import rules written down once more.

let strict: [SwiftSetting] = [
    .enableUpcomingFeature("ExistentialAny"),
    .enableUpcomingFeature("MemberImportVisibility"),
    .enableUpcomingFeature("InternalImportsByDefault"),
    .treatAllWarnings(as: .error),
]

extension Target {
    static func shared(
        _ name: String, _ dependencies: [Dependency], resources: [Resource]? = nil
    ) -> Target {
        .target(
            name: name, dependencies: dependencies, path: "Shared/\(name)", resources: resources,
            swiftSettings: strict)
    }

    static func service(
        _ name: String, _ dependencies: [Dependency], embedding files: [String] = []
    ) -> Target {
        .executableTarget(
            name: name, dependencies: dependencies, path: "Services/\(name)",
            resources: files.map { .embedInCode($0) }, swiftSettings: strict)
    }

    static func tests(_ name: String, _ dependencies: [Dependency]) -> Target {
        .testTarget(
            name: name, dependencies: dependencies, path: "Tests/\(name)", swiftSettings: strict)
    }
}

extension Target.Dependency {
    static let hummingbird = product(name: "Hummingbird", package: "hummingbird")
    static let httpTypes = product(name: "HTTPTypes", package: "swift-http-types")
    static let logging = product(name: "Logging", package: "swift-log")
    static let metrics = product(name: "Metrics", package: "swift-metrics")
    static let coreMetrics = product(name: "CoreMetrics", package: "swift-metrics")
    static let lifecycle = product(name: "ServiceLifecycle", package: "swift-service-lifecycle")
    static let unixSignals = product(name: "UnixSignals", package: "swift-service-lifecycle")
    static let configuration = product(name: "Configuration", package: "swift-configuration")
    static let jwt = product(name: "JWTKit", package: "jwt-kit")
    static let crypto = product(name: "Crypto", package: "swift-crypto")
    static let cryptoExtras = product(name: "CryptoExtras", package: "swift-crypto")
    static let arguments = product(name: "ArgumentParser", package: "swift-argument-parser")
    static let httpClient = product(name: "AsyncHTTPClient", package: "async-http-client")
    static let nio = product(name: "NIOCore", package: "swift-nio")
    static let nioHTTP1 = product(name: "NIOHTTP1", package: "swift-nio")
    static let nioPosix = product(name: "NIOPosix", package: "swift-nio")
    static let deque = product(name: "DequeModule", package: "swift-collections")
}

/// What every service stands on.
let serviceStack: [Target.Dependency] = [
    "Money", "Contracts", "Postgres", "Kafka", "Outbox", "ServiceHost",
    .hummingbird, .httpTypes, .logging, .metrics, .lifecycle, .arguments,
]

/// What serves has a database and describes what it answers.
let ofServices = ["Migrations", "openapi.json"]

/// What every integration test stands on.
let integration: [Target.Dependency] = ["TestSupport", "Contracts", "Postgres", "Outbox", .logging]

let package = Package(
    name: "farthing",
    platforms: [.macOS(.v15)],
    products: [
        .executable(name: "payment", targets: ["Payment"]),
        .executable(name: "billing", targets: ["Billing"]),
        .executable(name: "ledger", targets: ["Ledger"]),
        .executable(name: "relay", targets: ["Relay"]),
        .executable(name: "farthing", targets: ["Farthing"]),
        .library(name: "Money", targets: ["Money"]),
        .library(name: "Contracts", targets: ["Contracts"]),
        .library(name: "Postgres", targets: ["Postgres"]),
        .library(name: "Kafka", targets: ["Kafka"]),
        .library(name: "Outbox", targets: ["Outbox"]),
        .library(name: "Saga", targets: ["Saga"]),
        .library(name: "Audit", targets: ["Audit"]),
        .library(name: "ServiceHost", targets: ["ServiceHost"]),
        .library(name: "LocalStack", targets: ["LocalStack"]),
        // Preloaded into the servers of tests.
        .library(name: "TestClock", type: .dynamic, targets: ["CTestClock"]),
    ],
    dependencies: [
        .package(
            url: "https://github.com/hummingbird-project/hummingbird", from: "2.28.0", traits: []),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.0"),
        .package(url: "https://github.com/apple/swift-http-types", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
        .package(url: "https://github.com/swift-server/async-http-client", from: "1.37.0"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        .package(url: "https://github.com/vapor/jwt-kit", from: "5.7.0"),
    ],
    targets: [
        // The two C libraries, seen by one module each.
        .systemLibrary(
            name: "CPostgres", path: "Shared/CPostgres", pkgConfig: "libpq",
            providers: [.apt(["libpq-dev"])]),
        .systemLibrary(
            name: "CKafka", path: "Shared/CKafka", pkgConfig: "rdkafka",
            providers: [.apt(["librdkafka-dev"])]),
        // The spawn calls that Glibc's module hides.
        .systemLibrary(name: "CSpawn", path: "Shared/CSpawn"),

        // What the services share.
        .shared("Money", []),
        .shared("CanonicalJSON", []),
        .shared("Contracts", ["CanonicalJSON", "Money"]),
        .shared("Postgres", ["CPostgres", .logging]),
        .shared("Kafka", ["CKafka", .logging]),
        .shared("Outbox", ["Contracts", "Postgres"], resources: [.embedInCode("Migrations")]),
        .shared(
            "Saga", ["CanonicalJSON", "Contracts", "Postgres", "Outbox", .logging, .metrics],
            resources: [.embedInCode("Migrations")]),
        .shared("Audit", [.crypto]),
        .shared(
            "ServiceHost",
            [
                "Audit", "CanonicalJSON", "Contracts", "Postgres", "Kafka", "Outbox", .hummingbird,
                .httpTypes, .logging, .metrics, .coreMetrics, .lifecycle, .unixSignals,
                .configuration, .jwt, .crypto, .nio, .nioHTTP1, .httpClient,
            ],
            resources: [.embedInCode("Migrations"), .embedInCode("openapi-common.json")]),
        .shared(
            "LocalStack",
            [
                "Audit", "CSpawn", "Contracts", "Postgres", "Kafka", .logging, .nio, .nioPosix,
                .nioHTTP1, .httpClient, .crypto, .jwt,
            ]),

        // The processes.
        .service("Payment", serviceStack + ["CanonicalJSON", "Saga"], embedding: ofServices),
        .service("Billing", serviceStack, embedding: ofServices),
        .service("Ledger", serviceStack + ["CanonicalJSON"], embedding: ofServices),
        .service(
            "Relay",
            [
                "Contracts", "Postgres", "Kafka", "Outbox", "ServiceHost", .logging, .metrics,
                .lifecycle, .arguments, .deque, .hummingbird, .httpTypes,
            ], embedding: ["Migrations"]),
        .service(
            "Farthing",
            [
                "Audit", "Money", "Contracts", "Postgres", "Kafka", "Outbox", "LocalStack",
                "ServiceHost", .logging, .arguments, .httpClient, .jwt, .nio, .httpTypes,
            ]),

        // Tests mirror the sources.
        .target(
            name: "TestSupport",
            dependencies: [
                "Contracts", "Postgres", "Kafka", "CKafka", "Outbox", "LocalStack", "Farthing",
                .logging, .httpClient, .nio,
            ],
            path: "Tests/TestSupport", swiftSettings: strict),
        .target(name: "CTestClock", path: "Tests/CTestClock"),
        .tests("AuditTests", ["Audit", "TestSupport", .crypto]),
        .tests("MoneyTests", ["Money"]),
        .tests("CanonicalJSONTests", ["CanonicalJSON", "TestSupport"]),
        .tests("ContractTests", ["Contracts", "Money", "TestSupport"]),
        .tests("PostgresTests", integration),
        .tests("KafkaTests", ["TestSupport", "Kafka", "LocalStack", .logging]),
        .tests("OutboxTests", integration),
        .tests("SagaTests", integration + ["Saga"]),
        // What the article "Write a saga" builds, with what a package of somebody else's sees.
        .target(
            name: "TravelExample",
            dependencies: ["Contracts", "Postgres", "Kafka", "Outbox", "Saga", .logging],
            path: "Tests/TravelExample", swiftSettings: strict),
        .tests(
            "TravelExampleTests",
            integration + ["TravelExample", "Saga", "Kafka", "LocalStack"]),
        .tests(
            "ServiceHostTests",
            integration + [
                "Audit", "ServiceHost", "Kafka", .coreMetrics, .crypto, .cryptoExtras, .httpClient,
                .httpTypes, .hummingbird, .jwt, .nio, .nioHTTP1,
            ]),
        .tests(
            "LocalStackTests",
            ["TestSupport", "LocalStack", "Postgres", "Kafka", .logging, .nio, .nioPosix]),
        .tests("PaymentTests", integration + ["Payment", "Saga", "Money"]),
        .tests("BillingTests", integration + ["Billing", "Money", "ServiceHost"]),
        .tests(
            "LedgerTests",
            integration + ["Audit", "CanonicalJSON", "Ledger", "Money", "ServiceHost"]),
        .tests("RelayTests", integration + ["Relay", "Kafka", "LocalStack", .arguments]),
        .tests(
            "FarthingTests",
            integration + [
                "Audit", "Farthing", "Kafka", "LocalStack", "Payment", "Billing", "Ledger",
            ]),
        .tests(
            "SimulationTests",
            [
                "TestSupport", "Contracts", "Money", "Outbox", "Saga", "ServiceHost", "Payment",
                "Billing", "Ledger", .logging,
            ]),
        .tests(
            "OpenAPITests",
            [
                "TestSupport", "Money", "Contracts", "Postgres", "Outbox", "ServiceHost",
                "LocalStack",
                "Payment", "Billing", "Ledger", .logging, .httpTypes,
            ]),
        .tests("SchemaTests", integration + ["Payment", "Billing", "Ledger", "Relay", "Saga"]),
        .tests("EndToEndTests", integration + ["LocalStack", "Farthing"]),
        .tests("FaultTests", integration + ["LocalStack", "Farthing"]),
        .tests("TidyTests", ["TestSupport"]),
    ],
    swiftLanguageModes: [.v6]
)
