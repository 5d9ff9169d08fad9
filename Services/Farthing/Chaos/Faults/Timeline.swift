import Contracts
import FoundationEssentials
import Synchronization

/// What was done to the system when, and how it took it.
final class Timeline: Sendable {
    /// One injected fault.
    struct Entry: Codable, Equatable, Sendable {
        let kind: Fault.Kind
        let what: String
        let began: Date
        var ended: Date?
        /// `nil` if it did not recover, or if nobody waited for it.
        var recoveryMilliseconds: Int64?
        /// Whether it was waited for in vain.
        var didNotRecover = false
    }

    private let entries = Mutex<[Entry]>([])
    /// Told each line as it is written.
    private let say: @Sendable (String) -> Void

    init(_ say: @escaping @Sendable (String) -> Void) { self.say = say }

    var all: [Entry] { entries.withLock { $0 } }

    /// The fault that lasts, if one does.
    var current: String? {
        entries.withLock { entries in
            entries.last.flatMap { $0.ended == nil ? $0.what : nil }
        }
    }

    /// A fault begins; gives the number under which it is written down.
    func begins(_ fault: Fault, victim: String?) -> Int {
        let what = fault.description + (victim.map { ", and SIGKILL \($0)" } ?? "")
        note(what)
        return entries.withLock { entries in
            entries.append(Entry(kind: fault.kind, what: what, began: Date()))
            return entries.count - 1
        }
    }

    func ended(_ number: Int) {
        entries.withLock { $0[number].ended = Date() }
    }

    /// The first payment after the fault's end succeeded after that time, or did not.
    func recovered(_ number: Int, after time: Duration?) {
        let what = entries.withLock { entries in
            entries[number].recoveryMilliseconds = time?.milliseconds
            entries[number].didNotRecover = time == nil
            return entries[number].what
        }
        note("\(time.map { "recovered after \($0.short)" } ?? "did not recover"): \(what)")
    }

    func note(_ text: String) {
        say("\(RFC3339.format(Date()).dropFirst(11).prefix(12))  \(text)")
    }
}
