// swift-tools-version: 6.2

import PackageDescription

// A package of its own, so that what only a benchmark needs stays out of the product.
let package = Package(
    name: "benchmarks",
    platforms: [.macOS(.v15)],
    products: [.executable(name: "farthing-bench", targets: ["FarthingBench"])],
    dependencies: [
        .package(name: "farthing", path: "../.."),
        .package(url: "https://github.com/HdrHistogram/hdrhistogram-swift", from: "0.2.0"),
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.0"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.0"),
        .package(url: "https://github.com/apple/swift-nio", from: "2.101.0"),
    ],
    targets: [
        .executableTarget(
            name: "FarthingBench",
            dependencies: [
                .product(name: "Histogram", package: "hdrhistogram-swift"),
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "DequeModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "NIOCore", package: "swift-nio"),
                .product(name: "NIOPosix", package: "swift-nio"),
                .product(name: "Contracts", package: "farthing"),
                .product(name: "Kafka", package: "farthing"),
                .product(name: "LocalStack", package: "farthing"),
                .product(name: "Outbox", package: "farthing"),
                .product(name: "Postgres", package: "farthing"),
                .product(name: "ServiceHost", package: "farthing"),
                // The processes under test, built with it and put beside it.
                .product(name: "payment", package: "farthing"),
                .product(name: "billing", package: "farthing"),
                .product(name: "ledger", package: "farthing"),
                .product(name: "relay", package: "farthing"),
            ],
            resources: [.embedInCode("SQL"), .embedInCode("Java")])
    ],
    swiftLanguageModes: [.v6]
)
