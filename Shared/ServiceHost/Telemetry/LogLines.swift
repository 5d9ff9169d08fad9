import Contracts
import FoundationEssentials
import Glibc
import Logging

/// Writes log events to stderr, one logfmt line each:
/// `ts=2026-11-21T09:30:00.125Z level=info service=ledger msg="listening" port=8080`.
struct LogLines: LogHandler {
    let service: String
    var logLevel: Logger.Level
    var metadata: Logger.Metadata = [:]
    var metadataProvider: Logger.MetadataProvider?

    init(service: String, level: Logger.Level) {
        self.service = service
        self.logLevel = level
    }

    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    func log(event: LogEvent) {
        FileDescriptorLine.write(line(event, at: Date()), to: STDERR_FILENO)
    }

    /// The line, without its newline.
    func line(_ event: LogEvent, at time: Date) -> String {
        var line = "ts=\(RFC3339.format(time)) level=\(event.level) service=\(service)"
        line += " msg=\(Logfmt.value("\(event.message)"))"
        var fields = metadata
        if let provided = metadataProvider?.get() { fields.merge(provided) { $1 } }
        if let own = event.metadata { fields.merge(own) { $1 } }
        for (name, value) in fields.sorted(by: { $0.key < $1.key }) {
            line += " \(name)=\(Logfmt.value("\(value)"))"
        }
        if let error = event.error { line += " error=\(Logfmt.value("\(error)"))" }
        return line
    }
}

/// The value side of logfmt.
enum Logfmt {
    /// Bare if it is plain, else quoted, with whatever would break the line escaped.
    static func value(_ text: String) -> String {
        let plain = text.utf8.allSatisfy {
            $0 > 0x20 && $0 != 0x7F && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=")
                && $0 != UInt8(ascii: "\\")
        }
        if plain && !text.isEmpty { return text }
        var quoted = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": quoted += "\\\""
            case "\\": quoted += "\\\\"
            case "\n": quoted += "\\n"
            case "\r": quoted += "\\r"
            case "\t": quoted += "\\t"
            default:
                if scalar.properties.generalCategory == .control {
                    quoted += "\\u{\(String(scalar.value, radix: 16))}"
                } else {
                    quoted.unicodeScalars.append(scalar)
                }
            }
        }
        return quoted + "\""
    }
}

/// Writes lines to a file descriptor, whole: one `write` each, so that the lines of several
/// threads and processes do not mix.
enum FileDescriptorLine {
    static func write(_ line: String, to descriptor: Int32) {
        var line = line + "\n"
        line.withUTF8 { bytes in
            var rest = UnsafeRawBufferPointer(bytes)
            while let start = rest.baseAddress, !rest.isEmpty {
                let written = Glibc.write(descriptor, start, rest.count)
                if written < 0 && errno == EINTR { continue }
                guard written > 0 else { return }
                rest = UnsafeRawBufferPointer(rebasing: rest[written...])
            }
        }
    }
}
